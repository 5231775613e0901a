/*
 * The supervisor. It makes what has a name on the system (a cgroup subtree), starts the hub in namespaces of its own,
 * and removes the subtree when the hub has ended, however that came about. A janitor process does the same if the
 * supervisor itself is killed; if both are, the next start finds the subtree by its name.
 */
#include "agent.h"
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

static char subtree[PATH_LEN];
static pid_t hub, janitor;
static int janitor_waits = -1;

static void stop(int signal)
{
	(void)signal;
	if (hub > 0)
		kill(hub, SIGKILL);
}

static void remove_own(void)
{
	char killer[PATH_LEN + 16];
	snprintf(killer, sizeof killer, "%s/cgroup.kill", subtree);
	int fd = open(killer, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		(void)!write(fd, "1", 1);
		close(fd);
	}
	remove_subtree(subtree);
}

/* The supervisor's way out: the janitor finds nothing left to do, and is reaped. */
static void clean(void)
{
	remove_own();
	if (janitor_waits >= 0)
		close(janitor_waits);
	if (janitor > 0)
		waitpid(janitor, NULL, 0);
}

static int fail(const char *what)
{
	printf("0\t!cannot: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	return 4;
}

/* Waits for the supervisor's end of the pipe to close, which any death of it does. */
static void be_janitor(int alive)
{
	char byte;
	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	int null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	while (read(alive, &byte, 1) < 0 && errno == EINTR)
		;
	remove_own();
	_exit(0);
}

static bool start_janitor(void)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	janitor = fork();
	if (janitor == 0) {
		close(ends[1]);
		be_janitor(ends[0]);
	}
	close(ends[0]);
	janitor_waits = ends[1];
	return janitor > 0;
}

static bool map_shared(void)
{
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, FD_SHARED, 0);
	return shared != MAP_FAILED;
}

static bool make_shared(void)
{
	int fd = memfd_create("lastref", 0);
	if (fd < 0 || ftruncate(fd, sizeof *shared) < 0 || dup3(fd, FD_SHARED, 0) < 0)
		return false;
	close(fd);
	return map_shared();
}

/* An actor after execve: shared page, log and control socket came along. */
static int be_executed(int index)
{
	if (!map_shared())
		return 1;
	order_log = shared->no_log_map
			    ? NULL
			    : mmap(NULL, sizeof *order_log, PROT_READ | PROT_WRITE, MAP_SHARED, FD_LOG, 0);
	prctl(PR_SET_NAME, "lastref-agent");
	struct table *table = &shared->tables[index];
	for (int i = 0; i < table->used; i++)
		if (table->handles[i].open && fcntl(table->handles[i].fd, F_GETFD) < 0)
			table->handles[i].open = false;
	if (send_text(FD_CONTROL + index, "ok", 2, -1) < 0)
		return 1;
	be_actor(index);
}

static void start_hub(void)
{
	char path[PATH_LEN + 32];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	snprintf(path, sizeof path, "%s/out/cgroup.procs", shared->root);
	int procs = open(path, O_WRONLY | O_CLOEXEC);
	if (procs < 0 || write(procs, "0", 1) != 1)
		_exit(fail("cannot join the agent's cgroup"));
	close(procs);
	const char *failed = setup_hub();
	if (failed != NULL)
		_exit(fail(failed));
	struct utsname names;
	uname(&names);
	printf("0\tok\trelease=%s\n", names.release);
	fflush(stdout);
	be_hub(0, 1);
}

static bool make_subtree(const char *cgroup2)
{
	unsigned random = 0;
	char below[PATH_LEN + 8];
	(void)!getrandom(&random, sizeof random, 0);
	snprintf(subtree, sizeof subtree, "%s/lastref-%d-%08x", cgroup2, getpid(), random);
	if (mkdir(subtree, 0755) < 0)
		return false;
	snprintf(shared->root, sizeof shared->root, "%s", subtree);
	snprintf(below, sizeof below, "%s/out", subtree);
	return mkdir(below, 0755) == 0;
}

int main(int argc, char **argv)
{
	char cgroup2[PATH_LEN];
	int status = 0;
	if (argc == 3 && is(argv[1], "--actor"))
		return be_executed(atoi(argv[2]));
	if (argc > 2 && is(argv[1], "--tied"))
		return be_tied(argv + 2);
	if (argc == 3 && is(argv[1], "--step-ms"))
		step_ms = atoi(argv[2]);
	bool booted = getpid() == 1;
	if (booted)
		be_init();
	prctl(PR_SET_NAME, "lastref-agent");
	struct rlimit files = {FD_LIMIT, 4096};
	setrlimit(RLIMIT_NOFILE, &files);
	/* Kernels before 5.11 charge programs and maps to it. */
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
	if (geteuid() != 0)
		return errno = EPERM, fail("not root");
	if (!find_mount("cgroup2", cgroup2, sizeof cgroup2))
		return errno = ENOENT, fail("cgroup2 is not mounted");
	remove_stale(cgroup2);
	if (!make_shared() || dup3(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), FD_SELF, 0) < 0)
		return fail("cannot make shared memory");
	shared->booted = booted;
	shared->supervisor = getpid();
	if (!make_subtree(cgroup2))
		return fail("cannot make a cgroup");
	if (!start_janitor())
		return clean(), fail("cannot fork");
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	signal(SIGHUP, stop);
	signal(SIGPIPE, SIG_IGN);
	if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET) < 0)
		return clean(), fail("cannot make namespaces");
	hub = fork();
	if (hub == 0)
		start_hub();
	while (waitpid(hub, &status, 0) < 0 && errno == EINTR)
		;
	clean();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
