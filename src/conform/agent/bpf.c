/* bpf(2) without libbpf and without the system's header: layouts are written by offset, so that an old header does. */
#include "agent.h"
#include <sys/stat.h>
#include <sys/syscall.h>

enum { ATTR_SIZE = 120, ATTR_TAIL = 112 };

/*
 * The usual size is one that every kernel with cgroup links knows; fields are zero unless set. `attr=tail` is a byte
 * inside the union behind the last field of the short commands, `attr=beyond` one that no kernel knows.
 */
void attr_init(struct attr *attr, const struct request *request)
{
	memset(attr, 0, sizeof *attr);
	attr->size = ATTR_SIZE;
	const char *how = request == NULL ? NULL : arg(request, "attr");
	if (how == NULL)
		return;
	if (is(how, "tail")) {
		attr->bytes[ATTR_TAIL] = 1;
	} else if (is(how, "beyond")) {
		attr->size = sizeof attr->bytes;
		attr->bytes[sizeof attr->bytes - 1] = 1;
	} else {
		attr->size = (uint32_t)strtoul(how, NULL, 10);
	}
}

void put32(struct attr *attr, size_t offset, uint32_t value) { memcpy(attr->bytes + offset, &value, sizeof value); }
void put64(struct attr *attr, size_t offset, uint64_t value) { memcpy(attr->bytes + offset, &value, sizeof value); }

uint32_t get32(const struct attr *attr, size_t offset)
{
	uint32_t value;
	memcpy(&value, attr->bytes + offset, sizeof value);
	return value;
}

uint64_t get64(const struct attr *attr, size_t offset)
{
	uint64_t value;
	memcpy(&value, attr->bytes + offset, sizeof value);
	return value;
}

long bpf_call(int command, struct attr *attr)
{
	/* A load may be interrupted by a signal of the verifier's own making. */
	for (int tries = 0;; tries++) {
		long result = syscall(SYS_bpf, command, attr->bytes, attr->size);
		if (result >= 0 || errno != EAGAIN || command != 5 || tries == 5)
			return result;
	}
}

char kind_of_fd(int fd)
{
	char path[64], target[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ssize_t len = readlink(path, target, sizeof target - 1);
	if (len < 0)
		return 0;
	target[len] = '\0';
	if (strstr(target, "bpf-prog") != NULL)
		return 'p';
	if (strstr(target, "bpf-map") != NULL)
		return 'm';
	return strstr(target, "bpf_link") != NULL || strstr(target, "bpf-link") != NULL ? 'l' : 0;
}

/* Programs, links and maps all begin their info with type and id. */
static bool type_and_id(int fd, uint32_t info[2])
{
	struct attr attr;
	uint32_t bytes[64] = {0};
	attr_init(&attr, NULL);
	put32(&attr, 0, (uint32_t)fd);
	put32(&attr, 4, 16);
	put64(&attr, 8, (uint64_t)(uintptr_t)bytes);
	if (bpf_call(15, &attr) < 0)
		return false;
	memcpy(info, bytes, 2 * sizeof *info);
	return true;
}

uint32_t id_of_fd(int fd)
{
	uint32_t info[2];
	return type_and_id(fd, info) ? info[1] : 0;
}

uint32_t type_of_fd(int fd)
{
	uint32_t info[2];
	return type_and_id(fd, info) ? info[0] : 0;
}

int move_high(int low)
{
	if (low < 0)
		return -1;
	int high = fcntl(low, F_DUPFD_CLOEXEC, FD_TARGET);
	int error = errno;
	close(low);
	errno = error;
	return high;
}

int open_high(const char *path, int flags)
{
	bool lifted = lift_fd_limit();
	int high = move_high(open(path, flags | O_CLOEXEC));
	restore_fd_limit(lifted);
	return high;
}

int open_directory_of(const struct cgroup *cgroup, int flags)
{
	struct stat info;
	int fd = open_high(cgroup->path, flags);
	if (fd < 0 || (fstat(fd, &info) == 0 && info.st_ino == cgroup->ino))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

int arg_cgroup(const struct request *request, bool *opened)
{
	const char *value = arg(request, "cgroup");
	*opened = false;
	if (value == NULL)
		return 0;
	if (value[0] == '#')
		return atoi(value + 1);
	if (value[0] == '@') {
		const struct handle *handle = handle_named(own_table(), value + 1);
		return handle != NULL ? handle->fd : NOT_OPEN;
	}
	const struct cgroup *cgroup = cgroup_named(value);
	if (cgroup == NULL) {
		errno = ENOENT;
		return -1;
	}
	int fd = open_directory_of(cgroup, O_RDONLY | O_DIRECTORY);
	if (fd < 0 && errno == ENOENT)
		return FD_DEAD;
	*opened = true;
	return fd;
}

/* A namespace by its name came as a descriptor; PROG_ATTACH and PROG_DETACH take none, the namespace is the caller's. */
static int arg_netns(const struct request *request)
{
	const char *value = arg(request, "netns");
	if (value[0] == '#')
		return atoi(value + 1);
	if (value[0] == '@') {
		const struct handle *handle = handle_named(own_table(), value + 1);
		return handle != NULL ? handle->fd : NOT_OPEN;
	}
	return passed_fd < 0 ? 0 : passed_fd;
}

bool arg_target(const struct request *request, int *target, int *opened)
{
	static const char *const held[] = {"map", "perfEvent", "targetProg"};
	bool once;
	*opened = -1;
	for (size_t i = 0; i < sizeof held / sizeof *held; i++)
		if (arg(request, held[i]) != NULL)
			return *target = arg_fd(request, held[i]), true;
	if (arg(request, "netdev") != NULL || arg(request, "netns") != NULL) {
		*target = arg(request, "netdev") != NULL ? arg_ifindex(request) : arg_netns(request);
		return true;
	}
	*target = arg_cgroup(request, &once);
	if (once)
		*opened = *target;
	return !once || *target >= 0;
}
