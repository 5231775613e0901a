/*
 * The agent as process 1 of a booted kernel: it mounts what the supervisor looks for, speaks over the second serial
 * line, and switches the machine off when the supervisor has ended. The console keeps standard error.
 */
#include "agent.h"
#include <dirent.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>

#define LINE "/dev/ttyS1"

static const struct {
	const char *type, *path;
} mounts[] = {
	{"devtmpfs", "/dev"}, {"proc", "/proc"},	      {"sysfs", "/sys"}, {"tmpfs", "/tmp"},
	{"tmpfs", "/run"},    {"cgroup2", "/sys/fs/cgroup"}, {"bpf", "/sys/fs/bpf"},
};

static void power_off(const char *why)
{
	if (why != NULL)
		fprintf(stderr, "lastref: init: %s: %s\n", why, strerror(errno));
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* In the order of their names: those that others need come first. A trace that needs one that does not load says so. */
static void load_modules(void)
{
	struct dirent **entries = NULL;
	int count = scandir("/modules", &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char path[300];
		snprintf(path, sizeof path, "/modules/%s", entries[i]->d_name);
		int fd = entries[i]->d_name[0] == '.' ? -1 : open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		bool loaded = syscall(SYS_finit_module, fd, "", 0) == 0;
		fprintf(stderr, "lastref: init: module %s: %s\n", entries[i]->d_name, loaded ? "loaded" : strerror(errno));
		close(fd);
	}
}

/*
 * For the test that reads what a kernel says when it breaks down: `lastref.crash=SECONDS` on the command line of the kernel
 * that was booted. Only process 1 comes here, so that no running system ever does.
 */
static void crash_if_asked(void)
{
	char line[4096] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
	close(fd);
	const char *word = size <= 0 ? NULL : strstr(line, "lastref.crash=");
	if (word == NULL || getpid() != 1 || fork() != 0)
		return;
	sleep((unsigned)atoi(word + strlen("lastref.crash=")));
	int trigger = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
	if (trigger < 0 || write(trigger, "c", 1) != 1)
		fprintf(stderr, "lastref: init: /proc/sysrq-trigger: %s\n", strerror(errno));
	_exit(0);
}

/* The driver writes lines; a line discipline that echoes or edits would change them. */
static bool open_line(void)
{
	struct termios raw;
	int fd = open(LINE, O_RDWR | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &raw) < 0)
		return false;
	cfmakeraw(&raw);
	raw.c_cflag |= CLOCAL | CREAD;
	cfsetspeed(&raw, B115200);
	if (tcsetattr(fd, TCSANOW, &raw) < 0)
		return false;
	bool placed = dup2(fd, 0) == 0 && dup2(fd, 1) == 1;
	if (fd > 2)
		close(fd);
	return placed;
}

void be_init(void)
{
	for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++) {
		mkdir(mounts[i].path, 0755);
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, 0, NULL) < 0 && errno != EBUSY)
			power_off(mounts[i].path);
	}
	int console = open("/dev/console", O_WRONLY | O_NOCTTY);
	if (console >= 0 && console != 2)
		dup2(console, 2);
	load_modules();
	crash_if_asked();
	if (!open_line())
		power_off(LINE);
	pid_t supervisor = fork();
	if (supervisor < 0)
		power_off("fork");
	if (supervisor == 0)
		return;
	/* Orphans of every namespace come here. */
	for (;;) {
		pid_t ended = waitpid(-1, NULL, 0);
		if (ended == supervisor || (ended < 0 && errno != EINTR))
			break;
	}
	tcdrain(1);
	power_off(NULL);
}

int be_tied(char **command)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == 1)
		return 1;
	execvp(command[0], command);
	fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
	return 127;
}
