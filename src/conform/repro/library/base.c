/*
 * The C functions that reproducers are made of. These files are not compiled: `lastref repro` copies those sections that
 * a trace uses. A section begins with `//: name`, then the names of sections that it needs, its headers in <>, and after
 * `=` those of its variables that an image which a process executes has to find again. What the trace itself brings
 * stands before them: enums of its programs, links, maps, cgroups, devices, actors, and their names.
 */

//: base <errno.h> <fcntl.h> <linux/bpf.h> <poll.h> <signal.h> <stdbool.h> <stdint.h> <stdio.h> <stdlib.h> <string.h> <sys/mman.h> <sys/prctl.h> <sys/stat.h> <sys/syscall.h> <sys/types.h> <sys/wait.h> <unistd.h>
/* Every function returns what the kernel said: 0 or a descriptor, or an errno with a minus sign. */
static int result(long said)
{
	return said < 0 ? -errno : (int)said;
}

/* What all processes see: ids of the objects, and why the last step was not as expected. */
static struct shared {
	uint32_t prog_id[PROGRAMS + 1], link_id[LINKS + 1], map_id[MAPS + 1];
	uint64_t cgroup_id[CGROUPS + 1];
	pid_t pid[ACTORS + 1];
	char why[512];
	SHARED
} *shared;

/* Descriptors of our own have high numbers: the lowest that is free is the trace's. */
enum { OURS = 512, OURS_END = 1024 };

static __attribute__((unused)) int ours(int fd)
{
	int high = fd < 0 ? fd : result(fcntl(fd, F_DUPFD_CLOEXEC, OURS));
	if (fd >= 0)
		close(fd);
	return high;
}

static bool expect_text(const char *what, const char *expected, const char *got)
{
	if (strcmp(expected, got) == 0)
		return true;
	snprintf(shared->why, sizeof(shared->why), "%s: expected %s, got %s", what, expected, got);
	return false;
}

//: tables
/* Descriptors by name: each process has its table where all of them see it, threads of one descriptor table share it. */
static struct table *own;

//: memory
static void *share(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

//: memory_file =memory_fd
/* A file, so that an image which a process executes finds the memory again. */
static int memory_fd = -1;

static void *share(size_t size)
{
	memory_fd = ours(result(memfd_create("lastref-repro", MFD_CLOEXEC)));
	if (memory_fd < 0 || ftruncate(memory_fd, size) < 0)
		return MAP_FAILED;
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
}

//: bpf
static __attribute__((unused)) int bpf(int command, void *attr, size_t size)
{
	return result(syscall(__NR_bpf, command, attr, size));
}

//: odd_attr
/* How the next attr differs from what it should be: the size that is said, and a byte in it that is not zero. */
static struct { bool given; size_t size, byte; } odd;

static int bpf(int command, void *attr, size_t size)
{
	uint8_t bytes[4096] = { 0 };
	if (!odd.given)
		return result(syscall(__NR_bpf, command, attr, size));
	memcpy(bytes, attr, size);
	if (odd.byte > 0)
		bytes[odd.byte] = 1;
	int said = result(syscall(__NR_bpf, command, bytes, odd.size));
	memcpy(attr, bytes, size);
	odd.given = false;
	return said;
}

//: errno_name
static const char *errno_name(int said)
{
	static char number[24];
	static const struct { int error; const char *name; } names[] = {
		{ EACCES, "EACCES" }, { EAGAIN, "EAGAIN" }, { EBADF, "EBADF" }, { EBUSY, "EBUSY" }, { ECHILD, "ECHILD" },
		{ EEXIST, "EEXIST" }, { EINVAL, "EINVAL" }, { ENODEV, "ENODEV" }, { ENOENT, "ENOENT" }, { ENOLINK, "ENOLINK" },
		{ ENOMEM, "ENOMEM" }, { ENOSPC, "ENOSPC" }, { EOPNOTSUPP, "EOPNOTSUPP" }, { EPERM, "EPERM" }, { E2BIG, "E2BIG" },
		{ ERANGE, "ERANGE" }, { ESRCH, "ESRCH" }, { ESTALE, "ESTALE" }, { ENOTEMPTY, "ENOTEMPTY" }, { EDOM, "EDOM" },
		{ EBADFD, "EBADFD" }, { EIO, "EIO" }, { EISDIR, "EISDIR" }, { ELOOP, "ELOOP" }, { EMFILE, "EMFILE" },
		{ ENAMETOOLONG, "ENAMETOOLONG" }, { ENOTDIR, "ENOTDIR" }, { ENXIO, "ENXIO" }, { EPIPE, "EPIPE" },
		{ EXDEV, "EXDEV" }, { 524, "ENOTSUPP" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].error == -said)
			return names[i].name;
	snprintf(number, sizeof(number), said < 0 ? "errno %d" : "success", -said);
	return number;
}

//: expect_ok errno_name
static bool expect_ok(int said)
{
	return said >= 0 || expect_text("result", "success", errno_name(said));
}

//: expect_errno errno_name
static bool expect_errno(int said, int error)
{
	return said == -error || expect_text("result", errno_name(-error), errno_name(said));
}

//: expect_error
static bool expect_error(int said)
{
	return said < 0 || expect_text("result", "an error", "success");
}

//: expect_number
static bool expect_number(const char *what, long long expected, long long got)
{
	char a[32], b[32];
	snprintf(a, sizeof(a), "%lld", expected);
	snprintf(b, sizeof(b), "%lld", got);
	return expect_text(what, a, b);
}
