/*
 * The C functions that reproducers are made of. This file is not compiled: `lastref repro` copies those sections that
 * a trace uses. A section begins with `//: name`, then the names of sections that it needs, then its headers in <>.
 * What the trace itself brings stands before them: enums of its programs, links, cgroups, actors, and their names.
 */

//: base <errno.h> <fcntl.h> <linux/bpf.h> <poll.h> <signal.h> <stdbool.h> <stdint.h> <stdio.h> <stdlib.h> <string.h> <sys/mman.h> <sys/prctl.h> <sys/stat.h> <sys/syscall.h> <sys/types.h> <sys/wait.h> <unistd.h>
/* Every function returns what the kernel said: 0 or a descriptor, or an errno with a minus sign. */
static int result(long said)
{
	return said < 0 ? -errno : (int)said;
}

static __attribute__((unused)) int bpf(int command, void *attr, size_t size)
{
	return result(syscall(__NR_bpf, command, attr, size));
}

/* What all processes see: ids of the objects, and why the last step was not as expected. */
static struct shared {
	uint32_t prog_id[PROGRAMS + 1], link_id[LINKS + 1];
	uint64_t cgroup_id[CGROUPS + 1];
	pid_t pid[ACTORS + 1];
	char why[512];
} *shared;

static bool expect_text(const char *what, const char *expected, const char *got)
{
	if (strcmp(expected, got) == 0)
		return true;
	snprintf(shared->why, sizeof(shared->why), "%s: expected %s, got %s", what, expected, got);
	return false;
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

//: cgroups
/* Our part of the cgroup tree; nothing of the trace lies above it. */
static char root[256];

static const char *cgroup_path(int cgroup, const char *file)
{
	static char path[1024];
	snprintf(path, sizeof(path), "%s/%s%s", root, cgroup < 0 ? "" : cgroup_paths[cgroup], file);
	return path;
}

static int open_cgroup(int cgroup)
{
	return result(open(cgroup_path(cgroup, ""), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/* Directories as they were made, for commands that name a cgroup which is gone. */
static int made[CGROUPS + 1];

static int make_cgroup(int cgroup)
{
	struct stat info;
	int said = result(mkdir(cgroup_path(cgroup, ""), 0755));
	if (said == 0 && stat(cgroup_path(cgroup, ""), &info) == 0)
		shared->cgroup_id[cgroup] = info.st_ino; /* the id of a cgroup is its inode number */
	if (said == 0)
		made[cgroup] = open_cgroup(cgroup);
	return said;
}

static bool make_root(void)
{
	char where[128], type[64];
	FILE *mounts = fopen("/proc/self/mounts", "re");
	while (mounts && root[0] == '\0' && fscanf(mounts, "%*s %127s %63s %*[^\n]", where, type) == 2)
		if (strcmp(type, "cgroup2") == 0)
			snprintf(root, sizeof(root), "%s/lastref-repro-%d", where, getpid());
	if (mounts)
		fclose(mounts);
	return root[0] != '\0' && mkdir(root, 0755) == 0;
}

static void remove_cgroups(void)
{
	for (int cgroup = CGROUPS - 1; cgroup >= -1 && root[0] != '\0'; cgroup--)
		for (int tries = 0; tries < 200 && rmdir(cgroup_path(cgroup, "")) < 0 && errno == EBUSY; tries++)
			usleep(5000);
}

//: rmdir cgroups
static int remove_cgroup(int cgroup)
{
	return result(rmdir(cgroup_path(cgroup, "")));
}

//: join cgroups
/* -1 is a cgroup that has no program of the trace above it. */
static int join_cgroup(int cgroup)
{
	int fd = result(open(cgroup_path(cgroup, "/cgroup.procs"), O_WRONLY | O_CLOEXEC));
	if (fd < 0)
		return fd;
	int said = result(write(fd, "0", 1));
	close(fd);
	return said < 0 ? said : 0;
}

//: on_cgroup cgroups
/* A command whose target is a cgroup, opened for this call only. */
static int on_cgroup(int command, int cgroup, uint32_t *target_fd, void *attr, size_t size)
{
	int fd = open_cgroup(cgroup);
	if (fd == -ENOENT && cgroup >= 0 && made[cgroup] > 0)
		fd = result(dup(made[cgroup]));
	if (fd < 0)
		return fd;
	*target_fd = fd;
	int said = bpf(command, attr, size);
	close(fd);
	return said;
}

//: bpffs <sched.h> <sys/mount.h>
/* A bpffs of our own, mounted where only we see it; paths of the trace are relative to it. */
static char pins[64] = "/tmp/lastref-repro-XXXXXX";

static bool mount_bpffs(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return false;
	if (mkdtemp(pins) == NULL)
		return false;
	return mount("lastref", pins, "bpf", 0, "mode=1777") == 0 && chdir(pins) == 0;
}

static void remove_bpffs(void)
{
	if (chdir("/") == 0 && umount2(pins, MNT_DETACH) == 0)
		rmdir(pins);
}

//: log
/* Where programs note that they ran: an array of one element, `count` and then their numbers. */
static int log_fd = -1;

static struct log {
	uint32_t count, slots[64];
} seen;

enum { NO_EVENT = 1000 };

static bool make_log(void)
{
	struct { uint32_t map_type, key_size, value_size, max_entries; } attr = { BPF_MAP_TYPE_ARRAY, 4, sizeof(seen), 1 };
	log_fd = bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	return log_fd >= 0;
}

//: log_element log
static int log_element(int command)
{
	uint32_t zero = 0;
	struct { uint64_t fd, key, value, flags; } attr = { log_fd, (uintptr_t)&zero, (uintptr_t)&seen, 0 };
	return bpf(command, &attr, sizeof(attr));
}

//: id_of
/* Programs and links have their id at the same place of their info. */
static uint32_t id_of(int fd)
{
	uint32_t info[4] = { 0 };
	struct { uint32_t fd, info_len; uint64_t info; } attr = { fd, sizeof(info), (uintptr_t)info };
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) < 0 ? 0 : info[1];
}

//: prog_load
struct insn {
	uint8_t code, registers;
	int16_t off;
	int32_t imm;
};

static int load(const struct insn *code, size_t size, int type, int expected_attach_type, int program)
{
	struct {
		uint32_t prog_type, insn_cnt;
		uint64_t insns, license;
		uint32_t log_level, log_size;
		uint64_t log_buf;
		uint32_t kern_version, prog_flags;
		char name[16];
		uint32_t ifindex, expected_attach_type;
	} attr = { .prog_type = type, .insn_cnt = size / sizeof(*code), .insns = (uintptr_t)code,
		   .license = (uintptr_t)"GPL", .name = "lastref", .expected_attach_type = expected_attach_type };
	int fd = bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	for (int tries = 0; fd == -EAGAIN && tries < 5; tries++) /* a signal came in between */
		fd = bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0)
		shared->prog_id[program] = id_of(fd);
	return fd;
}

//: load_quiet id_of prog_load
/* A program that returns a value. */
static int prog_load(int type, int expected_attach_type, int program, int returns)
{
	const struct insn code[] = {
		{ 0xb7, 0, 0, returns }, /* r0 = returns */
		{ 0x95, 0, 0, 0 },       /* exit */
	};
	return load(code, sizeof(code), type, expected_attach_type, program);
}

//: load_logging id_of prog_load log
/* A program that notes its number in the log, and returns a value. */
static int prog_load(int type, int expected_attach_type, int program, int returns)
{
	const struct insn code[] = {
		{ 0x18, 0x21, 0, log_fd }, { 0, 0, 0, 0 }, /* r1 = &log */
		{ 0x61, 0x12, 0, 0 },                      /* r2 = log->count */
		{ 0xbf, 0x23, 0, 0 },                      /* r3 = r2 */
		{ 0x57, 0x03, 0, 63 },                     /* r3 &= 63 */
		{ 0x67, 0x03, 0, 2 },                      /* r3 <<= 2 */
		{ 0x07, 0x02, 0, 1 },                      /* r2 += 1 */
		{ 0x63, 0x21, 0, 0 },                      /* log->count = r2 */
		{ 0x0f, 0x31, 0, 0 },                      /* r1 += r3 */
		{ 0x62, 0x01, 4, program },                /* log->slots[r3] = program */
		{ 0xb7, 0, 0, returns },                   /* r0 = returns */
		{ 0x95, 0, 0, 0 },                         /* exit */
	};
	return load(code, sizeof(code), type, expected_attach_type, program);
}

//: load_more id_of prog_load log
/* The same, after what else it does: it sets the value that the process sees, and counts in its cgroup storage. */
static int prog_load_more(int type, int expected_attach_type, int program, int returns, bool sets, int retval, int storage)
{
	struct insn code[24];
	int n = 0;
	if (sets) {
		code[n++] = (struct insn){ 0xb7, 0x01, 0, retval }; /* r1 = retval */
		code[n++] = (struct insn){ 0x85, 0, 0, 187 };       /* bpf_set_retval(r1) */
	}
	if (storage >= 0) {
		code[n++] = (struct insn){ 0x18, 0x11, 0, storage }; /* r1 = &storage */
		code[n++] = (struct insn){ 0, 0, 0, 0 };
		code[n++] = (struct insn){ 0xb7, 0x02, 0, 0 };       /* r2 = 0 */
		code[n++] = (struct insn){ 0x85, 0, 0, 81 };         /* r0 = bpf_get_local_storage(r1, r2) */
		code[n++] = (struct insn){ 0x79, 0x01, 0, 0 };       /* r1 = *r0 */
		code[n++] = (struct insn){ 0x07, 0x01, 0, 1 };       /* r1 += 1 */
		code[n++] = (struct insn){ 0x7b, 0x10, 0, 0 };       /* *r0 = r1 */
	}
	const struct insn log[] = {
		{ 0x18, 0x21, 0, log_fd }, { 0, 0, 0, 0 }, { 0x61, 0x12, 0, 0 }, { 0xbf, 0x23, 0, 0 },
		{ 0x57, 0x03, 0, 63 }, { 0x67, 0x03, 0, 2 }, { 0x07, 0x02, 0, 1 }, { 0x63, 0x21, 0, 0 },
		{ 0x0f, 0x31, 0, 0 }, { 0x62, 0x01, 4, program }, { 0xb7, 0, 0, returns }, { 0x95, 0, 0, 0 },
	};
	memcpy(code + n, log, sizeof(log));
	return load(code, n * sizeof(*code) + sizeof(log), type, expected_attach_type, program);
}

//: map_create
static int map_create(int type, int key_size, int value_size, int max_entries)
{
	struct { uint32_t map_type, key_size, value_size, max_entries; } attr = { type, key_size, value_size, max_entries };
	return bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

//: map_lookup
static int map_lookup(int fd, const void *key, uint64_t *value)
{
	struct { uint64_t fd, key, value, flags; } attr = { (uint32_t)fd, (uintptr_t)key, (uintptr_t)value, 0 };
	return bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
}

//: attachment
/* As in union bpf_attr; written out because the system's header may be older than the kernel. */
struct attachment {
	uint32_t target_fd, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd, relative_fd;
	uint64_t expected_revision;
};

//: link_create id_of
struct link_create {
	uint32_t prog_fd, target_fd, attach_type, flags, relative_fd, unused;
	uint64_t expected_revision;
};

static int new_link(int fd, int link)
{
	if (fd >= 0)
		shared->link_id[link] = id_of(fd);
	return fd;
}

//: link_update
struct link_update {
	uint32_t link_fd, new_prog_fd, flags, old_prog_fd;
};

//: link_detach
struct link_detach {
	uint32_t link_fd;
};

//: get_fd_by_id
struct get_fd_by_id {
	uint32_t id, next_id, open_flags;
};

//: object_path
struct object_path {
	uint64_t pathname;
	uint32_t bpf_fd, file_flags;
};

//: names
/* Objects of the trace by name, others as #id. */
static const char *names_of(const uint32_t *id, unsigned count)
{
	static char text[1024];
	size_t length = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < count && length < sizeof(text) - 64; i++) {
		int program = 0;
		while (program < PROGRAMS && shared->prog_id[program] != id[i])
			program++;
		length += program < PROGRAMS
				  ? snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "", program_names[program])
				  : snprintf(text + length, sizeof(text) - length, "%s#%u", i ? " " : "", id[i]);
	}
	return text;
}

//: query_attr on_cgroup
struct query {
	uint32_t target_fd, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t count, unused;
	uint64_t prog_attach_flags, link_ids, link_attach_flags, revision;
};

//: ids names
static uint32_t ids[64];

//: attach_mode
static const char *mode_of(uint32_t flags)
{
	return flags == BPF_F_ALLOW_MULTI ? "multi" : flags == BPF_F_ALLOW_OVERRIDE ? "override" : flags == 0 ? "none" : "?";
}

//: link_info names
struct link_info {
	uint32_t type, id, prog_id, unused;
	uint64_t cgroup_id;
	uint32_t attach_type, rest[5];
};

static int link_info(int fd, struct link_info *info)
{
	struct { uint32_t fd, info_len; uint64_t info; } attr = { fd, sizeof(*info), (uintptr_t)info };
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

//: link_name
static const char *link_name(uint32_t id)
{
	for (int link = 0; link < LINKS; link++)
		if (shared->link_id[link] == id)
			return link_names[link];
	return "another link";
}

//: cgroup_name
/* A link whose cgroup is gone names none. */
static const char *cgroup_name(uint64_t id)
{
	for (int cgroup = 0; cgroup < CGROUPS; cgroup++)
		if (shared->cgroup_id[cgroup] == id && id != 0)
			return cgroup_names[cgroup];
	return id == 0 ? "none" : "another cgroup";
}

//: shows query_attr ids attach_mode
/* What PROG_QUERY shows of a cgroup: list, run order, mode and revision (0: do not look). */
static bool shows(int cgroup, int attach_type, const char *list, const char *effective, const char *mode, int revision)
{
	struct query query = { .attach_type = attach_type, .prog_ids = (uintptr_t)ids, .count = 64 };
	struct query runs = { .attach_type = attach_type, .query_flags = BPF_F_QUERY_EFFECTIVE,
			      .prog_ids = (uintptr_t)(ids + 32), .count = 32 };
	char expected[512], got[512];
	query.count = 32;
	if (on_cgroup(BPF_PROG_QUERY, cgroup, &query.target_fd, &query, sizeof(query)) < 0 ||
	    on_cgroup(BPF_PROG_QUERY, cgroup, &runs.target_fd, &runs, sizeof(runs)) < 0)
		return expect_text(cgroup_names[cgroup], "a cgroup that is there", "none");
	int used = snprintf(got, sizeof(got), "list [%s]", names_of(ids, query.count));
	snprintf(got + used, sizeof(got) - used, " effective [%s] mode %s revision %d", names_of(ids + 32, runs.count),
		 mode_of(query.attach_flags), revision == 0 ? 0 : (int)query.revision);
	snprintf(expected, sizeof(expected), "list [%s] effective [%s] mode %s revision %d", list, effective, mode, revision);
	return expect_text(cgroup_names[cgroup], expected, got);
}

//: gone cgroups
static bool gone(int cgroup)
{
	int fd = open_cgroup(cgroup);
	if (fd >= 0)
		close(fd);
	return fd < 0 || expect_text(cgroup_names[cgroup], "gone", "there");
}

//: link_shows link_info cgroup_name get_fd_by_id
/* What link info shows, asked by way of the id. */
static bool link_shows(int link, const char *program, const char *cgroup)
{
	struct get_fd_by_id by_id = { .id = shared->link_id[link] };
	struct link_info info = { 0 };
	int fd = bpf(BPF_LINK_GET_FD_BY_ID, &by_id, sizeof(by_id));
	int said = fd < 0 ? fd : link_info(fd, &info);
	if (fd >= 0)
		close(fd);
	if (said < 0)
		return expect_text(link_names[link], "a link that is there", "none");
	return expect_text(link_names[link], program, names_of(&info.prog_id, 1)) &&
	       expect_text(link_names[link], cgroup, cgroup_name(info.cgroup_id));
}

//: close
static int close_fd(int *fd)
{
	int said = result(close(*fd));
	*fd = -1;
	return said;
}

//: drop
/* A descriptor that gets no name goes at once. */
static int drop(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd;
}

//: pass <sys/socket.h>
/* SCM_RIGHTS: one descriptor in one message. */
static int pass(int socket, int fd)
{
	char byte = 0;
	union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { 0 };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	int said = result(sendmsg(socket, &message, MSG_NOSIGNAL));
	return said < 0 ? said : 0;
}

//: take <sys/socket.h>
static int take(int socket)
{
	char byte;
	int fd;
	union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { 0 };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	int said = result(recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT));
	struct cmsghdr *header = said < 0 ? NULL : CMSG_FIRSTHDR(&message);
	if (header == NULL)
		return said < 0 ? said : -ENODATA;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

//: mailboxes pass take
/* One socket pair per process: who sends a descriptor writes to [1], its owner reads from [0]. */
static int mailboxes[ACTORS][2];

static bool make_mailboxes(void)
{
	for (int i = 0; i < ACTORS; i++)
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, mailboxes[i]) < 0)
			return false;
	return true;
}

//: wait
/* For a parent waitpid(2); others can only see that the process has ended. */
static int wait_for(int actor)
{
	pid_t pid = shared->pid[actor];
	int pidfd = pid > 0 ? result(syscall(SYS_pidfd_open, pid, 0)) : -ECHILD;
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	if (pidfd < 0)
		return -ECHILD;
	int ready = poll(&ended, 1, 5000);
	close(pidfd);
	if (ready == 1 && waitpid(pid, NULL, 0) == pid)
		shared->pid[actor] = 0; /* the number may be another process from now on */
	return ready == 1 ? 0 : -ETIMEDOUT;
}

//: kill
static int kill_process(int actor)
{
	return shared->pid[actor] > 0 ? result(kill(shared->pid[actor], SIGKILL)) : -ESRCH;
}

//: set_caps <linux/capability.h> <sched.h>
/* Nobody, with these capabilities; in a user namespace of its own they count for nothing that matters here. */
static int set_caps(uint64_t caps, bool userns)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { (uint32_t)caps, (uint32_t)caps, 0 },
						  { (uint32_t)(caps >> 32), (uint32_t)(caps >> 32), 0 } };
	prctl(PR_SET_KEEPCAPS, userns ? 0 : 1);
	syscall(SYS_setgroups, 0, NULL);
	if (syscall(SYS_setresgid, 65534, 65534, 65534) < 0 || syscall(SYS_setresuid, 65534, 65534, 65534) < 0)
		return result(-1);
	if (userns && unshare(CLONE_NEWUSER) < 0)
		return result(-1);
	int said = result(syscall(SYS_capset, &header, data));
	prctl(PR_SET_DUMPABLE, 1);
	return said;
}

//: stat_path
static int stat_path(const char *path, struct stat *info)
{
	return result(lstat(path, info));
}

//: sockets <netinet/in.h> <sys/socket.h>
static int open_socket(void)
{
	return result(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

//: event_result
struct event {
	const char *verdict;
	int error;
	bool unborn; /* the cgroup took no process */
};

//: send event_result log_element <arpa/inet.h> <netinet/in.h> <sys/socket.h>
/* A socket of the program that leads the trace, outside every cgroup of it. */
static struct sockaddr_in outside_at = { .sin_family = AF_INET };

static bool open_outside(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(outside_at);
	outside_at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd >= 0 && bind(fd, (struct sockaddr *)&outside_at, size) == 0 &&
	       getsockname(fd, (struct sockaddr *)&outside_at, &size) == 0;
}

/* One datagram through a socket of the trace; what ran stands in `seen` afterwards. */
static struct event send_through(int fd)
{
	struct event event = { .verdict = "allow" };
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&outside_at, sizeof(outside_at)) < 0)
		event = (struct event){ .verdict = "deny", .error = errno };
	log_element(BPF_MAP_LOOKUP_ELEM);
	return event;
}

//: event event_result join log_element <arpa/inet.h> <netinet/in.h> <sys/socket.h>
/* One UDP packet over loopback between a socket of the cgroup and one outside it. */
static void send_packet(struct event *event, bool outwards, int outside)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(to);
	char byte;
	int inside = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int from = outwards ? inside : outside, at = outwards ? outside : inside;
	struct pollfd arrives = { .fd = at, .events = POLLIN };
	bind(at, (struct sockaddr *)&to, sizeof(to));
	getsockname(at, (struct sockaddr *)&to, &size);
	if (sendto(from, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		event->error = errno;
	bool arrived = event->error == 0 && poll(&arrives, 1, 100) == 1 && recv(at, &byte, 1, MSG_DONTWAIT) == 1;
	event->verdict = event->error != 0 ? "deny" : arrived ? "allow" : "dropped";
}

static void make_socket(struct event *event)
{
	if (socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0)
		event->error = errno;
	event->verdict = event->error != 0 ? "deny" : "allow";
}

/* The event is made by a process that is no actor and holds nothing; what ran stands in `seen` afterwards. */
enum hook { EGRESS, INGRESS, SOCK_CREATE };

static struct event fire(int cgroup, enum hook hook)
{
	struct event *event = mmap(NULL, sizeof(*event), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	event->verdict = "none";
	int outside = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	pid_t pid = fork();
	if (pid == 0) {
		event->unborn = join_cgroup(cgroup) < 0;
		if (!event->unborn && hook == SOCK_CREATE)
			make_socket(event);
		else if (!event->unborn)
			send_packet(event, hook == EGRESS, outside);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	close(outside);
	log_element(BPF_MAP_LOOKUP_ELEM);
	if (event->unborn)
		seen.count = NO_EVENT;
	struct event copy = *event;
	munmap(event, sizeof(*event));
	return copy;
}

//: ran log
/* Who ran, in order. */
static const char *ran(void)
{
	static char text[1024];
	size_t length = 0;
	strcpy(text, seen.count == NO_EVENT ? "no event" : "");
	for (unsigned i = 0; i < seen.count && seen.count != NO_EVENT && i < 64 && length < sizeof(text) - 64; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "", program_names[seen.slots[i]]);
	return text;
}

//: times log
static int times(int program)
{
	int count = seen.count == NO_EVENT ? -1 : 0;
	for (unsigned i = 0; i < seen.count && i < 64; i++)
		count += seen.slots[i] == (uint32_t)program;
	return count;
}

//: probe
/* A command that the kernel does not know is EINVAL, one that it knows is EBADF for this descriptor. */
static bool knows(int command)
{
	int32_t attr[16] = { -1 };
	return bpf(command, attr, sizeof(attr)) != -EINVAL;
}

//: probe_revision query_attr
/* Kernels with BPF_F_BEFORE, BPF_F_AFTER and expected_revision for cgroups count the revisions of a cgroup. */
static bool has_revisions(int attach_type)
{
	struct query query = { .attach_type = attach_type };
	int said = on_cgroup(BPF_PROG_QUERY, -1, &query.target_fd, &query, sizeof(query));
	return said >= 0 && query.revision > 0;
}

//: actors
struct step {
	int actor;           /* who takes it; -1: nobody, that is, ourselves */
	bool (*run)(void);   /* true: as the trace says */
	int receiver;        /* second half of the step */
	bool (*receive)(void);
	bool (*see)(void);   /* what is to be seen from outside afterwards */
	bool eventually;     /* may lag behind */
	bool ends;           /* the process ends with it */
	const char *says;
};

static const struct step steps[STEPS];
static int orders[ACTORS][2], answers[2];

/* A process of the trace: takes the steps that it is told to take. */
static void serve(int actor)
{
	short order;
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	/* With our ends closed, all processes of the trace see it when the program that leads them is gone. */
	for (int i = 0; i < ACTORS; i++) {
		if (orders[i][1] >= 0)
			close(orders[i][1]);
		orders[i][1] = -1; /* a child of ours must not close whatever has the number by then */
	}
	while (read(orders[actor][0], &order, sizeof(order)) == sizeof(order)) {
		const struct step *step = &steps[order < 0 ? ~order : order];
		char answer = order < 0 ? step->receive() : step->run();
		if (write(answers[1], &answer, 1) != 1)
			break;
	}
	_exit(0);
}

static int start(int actor)
{
	pid_t pid = fork();
	if (pid == 0)
		serve(actor);
	if (pid > 0)
		shared->pid[actor] = pid;
	return pid < 0 ? result(pid) : 0;
}

/* A negative order is the second half of a step. */
static bool tell(int actor, short order, bool ends)
{
	char answer = 0;
	int pidfd = result(syscall(SYS_pidfd_open, shared->pid[actor], 0));
	struct pollfd wait[2] = { { .fd = answers[0], .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };
	bool ended = false;
	if (pidfd < 0 || write(orders[actor][1], &order, sizeof(order)) != sizeof(order))
		ended = true;
	else if (poll(wait, 2, 5000) < 1) {
		snprintf(shared->why, sizeof(shared->why), "no answer for 5 s");
		kill(shared->pid[actor], SIGKILL);
	} else if ((wait[0].revents & POLLIN) != 0)
		ended = read(answers[0], &answer, 1) != 1;
	else
		ended = true;
	if (pidfd >= 0)
		close(pidfd);
	if (ended && !ends)
		snprintf(shared->why, sizeof(shared->why), "the process has ended");
	return ends ? ended : answer == 1;
}

//: main actors <time.h>
static pid_t leader;

static void clean(void)
{
	if (getpid() != leader)
		return;
	leader = 0;
	for (int i = 0; shared != NULL && i < ACTORS; i++)
		if (shared->pid[i] > 0)
			kill(shared->pid[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	CLEAN
}

static void interrupted(int signal)
{
	clean();
	_exit(128 + signal);
}

static void skip(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(4);
}

static bool take_step(short number)
{
	const struct step *step = &steps[number];
	if (step->actor < 0)
		return step->run();
	bool done = tell(step->actor, number, step->ends);
	return done && (step->receive == NULL || tell(step->receiver, ~number, false));
}

/* What can only be seen from outside may lag behind, too. */
static bool seen_after(const struct step *step)
{
	for (int tries = 0; step->see != NULL && !step->see(); tries++) {
		if (tries == 500)
			return false;
		usleep(10000);
	}
	return true;
}

static bool as_expected(short number)
{
	for (int tries = 0;; tries++) {
		shared->why[0] = '\0';
		if (take_step(number))
			return seen_after(&steps[number]);
		if (!steps[number].eventually || tries == 500)
			return false;
		usleep(10000);
	}
}

static void prepare(void)
{
	if (geteuid() != 0)
		skip("not root");
	leader = getpid();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* Processes whose parent has ended become our children, so that none is left behind. */
	if (shared == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || pipe2(answers, O_CLOEXEC) < 0)
		skip("no memory or no pipes");
	for (int i = 0; i < ACTORS; i++)
		if (pipe2(orders[i], O_CLOEXEC) < 0)
			skip("no pipes");
	atexit(clean);
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	signal(SIGHUP, interrupted);
	signal(SIGPIPE, SIG_IGN);
	PREPARE
	start(0);
}

int main(void)
{
	int count = sizeof(steps) / sizeof(*steps), passed = 0;
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("TAP version 13\n");
	prepare();
	printf("1..%d\n# expected: %s\n", count, speaks_for);
	for (int i = 0; i < count; i++) {
		bool good = as_expected(i);
		passed += good;
		printf("%s %d %s\n", good ? "ok" : "not ok", i + 1, steps[i].says);
		if (!good)
			printf("# %s\n", shared->why);
	}
	if (passed < count)
		printf("# this kernel does not do what was expected of %s\n", speaks_for);
	printf("# Totals: pass:%d fail:%d xfail:0 xpass:0 skip:0 error:0\n", passed, count - passed);
	return passed == count ? 0 : 1;
}
