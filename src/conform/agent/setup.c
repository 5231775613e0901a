/* What the agent makes for itself, and how it goes away: cgroup subtree, mounts, network, the log map. */
#include "agent.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

struct shared *shared;
struct order_log *order_log;

bool find_mount(const char *wanted, char *path, size_t size)
{
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char where[PATH_LEN], type[64];
	bool found = false;
	if (mounts == NULL)
		return false;
	while (!found && fscanf(mounts, "%*s %255s %63s %*[^\n]", where, type) == 2)
		if (is(type, wanted)) {
			snprintf(path, size, "%s", where);
			found = true;
		}
	fclose(mounts);
	return found;
}

/* Depth first; a cgroup in which processes still die is tried again for a moment. */
bool remove_subtree(const char *path)
{
	char below[PATH_LEN * 2];
	DIR *directory = opendir(path);
	if (directory == NULL)
		return errno == ENOENT;
	for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
		remove_subtree(below);
	}
	closedir(directory);
	for (int tries = 0; tries < 200; tries++) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return true;
		if (errno != EBUSY)
			return false;
		usleep(5000);
	}
	return false;
}

/* A zombie's work is over, whether or not somebody reaps it. */
static bool is_agent(pid_t pid)
{
	char path[64], comm[32] = "", state = 'Z';
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	bool read = fscanf(file, "%*d (%31[^)]) %c", comm, &state) == 2;
	fclose(file);
	return read && state != 'Z' && strncmp(comm, "lastref-agent", 13) == 0;
}

/* Subtrees lastref-PID-RANDOM of agents that are gone; only processes inside such a subtree are ever killed. */
void remove_stale(const char *mount)
{
	DIR *directory = opendir(mount);
	if (directory == NULL)
		return;
	for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
		int pid;
		unsigned random;
		char path[PATH_LEN * 2], killer[PATH_LEN * 2 + 16];
		if (sscanf(entry->d_name, "lastref-%d-%8x", &pid, &random) != 2 || pid <= 1 || is_agent(pid))
			continue;
		snprintf(path, sizeof path, "%s/%s", mount, entry->d_name);
		snprintf(killer, sizeof killer, "%s/cgroup.kill", path);
		int fd = open(killer, O_WRONLY | O_CLOEXEC);
		if (fd >= 0) {
			(void)!write(fd, "1", 1);
			close(fd);
		}
		remove_subtree(path);
	}
	closedir(directory);
}

/* Everything of the agent lies under one tmpfs, which only its mount namespace sees. */
#define BASE "/mnt"

const char *mount_path(const char *mount, char *buffer)
{
	snprintf(buffer, PATH_LEN, mount[0] == '\0' ? "%s" : "%s/%s", BASE, mount);
	return buffer;
}

const char *setup_network(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof at;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return "cannot bring loopback up";
	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		return "cannot bind a socket on loopback";
	shared->outside_port = ntohs(at.sin_port);
	if (dup3(fd, FD_OUTSIDE, O_CLOEXEC) < 0)
		return "cannot place a descriptor";
	close(fd);
	return NULL;
}

int make_log_map(void)
{
	struct attr attr;
	attr_init(&attr, NULL);
	put32(&attr, 0, 2); /* array */
	put32(&attr, 4, 4);
	put32(&attr, 8, sizeof(struct order_log));
	put32(&attr, 12, 1);
	put32(&attr, 16, 1 << 10); /* BPF_F_MMAPABLE */
	int fd = (int)bpf_call(0, &attr);
	if (fd < 0)
		return -1;
	if (dup3(fd, FD_LOG, 0) < 0)
		return -1;
	close(fd);
	order_log = mmap(NULL, sizeof *order_log, PROT_READ | PROT_WRITE, MAP_SHARED, FD_LOG, 0);
	shared->no_log_map = order_log == MAP_FAILED;
	return 0;
}

bool make_dead_cgroup(void)
{
	char path[PATH_LEN + 8];
	snprintf(path, sizeof path, "%s/dead", shared->root);
	if (mkdir(path, 0755) < 0)
		return false;
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	rmdir(path);
	bool placed = fd >= 0 && dup3(fd, FD_DEAD, 0) >= 0;
	close(fd);
	return placed;
}

/* Runs in the hub, in its new namespaces. Returns what failed. */
const char *setup_hub(void)
{
	char path[PATH_LEN];
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "cannot make mounts private";
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return "cannot mount proc";
	if (mount("lastref", BASE, "tmpfs", 0, "mode=0755") < 0)
		return "cannot mount a tmpfs on " BASE;
	mkdir(mount_path("bpffs", path), 0755);
	if (mount("lastref", path, "bpf", 0, NULL) < 0)
		return "cannot mount bpffs";
	mkdir(mount_path("elsewhere", path), 0777);
	/* Where it is missing, events of tracepoints are. */
	mkdir(TRACEFS, 0755);
	(void)!mount("lastref", TRACEFS, "tracefs", 0, NULL);
	const char *failed = setup_network();
	if (failed != NULL)
		return failed;
	if (!make_dead_cgroup())
		return "cannot make a cgroup";
	return make_log_map() < 0 ? "cannot create a BPF map" : NULL;
}
