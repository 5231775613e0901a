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

//: make_pair <sys/socket.h>
static int make_pair(int *left, int *right)
{
	int ends[2];
	int said = result(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
	if (said == 0) {
		*left = ends[0];
		*right = ends[1];
	}
	return said;
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

//: mailboxes pass take =mailboxes
/* One socket pair per process: who sends a descriptor writes to [1], its owner reads from [0]. */
static int mailboxes[ACTORS][2];

static bool make_mailboxes(void)
{
	for (int i = 0; i < ACTORS; i++) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, mailboxes[i]) < 0)
			return false;
		mailboxes[i][0] = ours(mailboxes[i][0]);
		mailboxes[i][1] = ours(mailboxes[i][1]);
	}
	return true;
}

//: epoll <sys/epoll.h>
static int epoll_add(int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = ours(result(epoll_create1(EPOLL_CLOEXEC)));
	int said = result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	close(epoll);
	return said;
}

//: read_one
static int read_one(int fd)
{
	char byte;
	return result(read(fd, &byte, 1));
}

//: write_one
static int write_one(int fd)
{
	return result(write(fd, "", 1));
}

//: map_page
static int map_page(int fd)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return at == MAP_FAILED ? result(-1) : result(munmap(at, 4096));
}

//: read_link
static int read_link(int fd, char target[256])
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ssize_t length = readlink(path, target, 255);
	target[length < 0 ? 0 : length] = '\0';
	return result(length);
}

//: proc_of
/* A descriptor as /proc shows it: of the process with this number. */
static int open_proc(pid_t pid, const char *folder, int fd)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s/%d", pid, folder, fd);
	return result(open(path, O_RDONLY | O_CLOEXEC));
}

//: fdinfo proc_of
struct fdinfo {
	char type[32];
	uint32_t link_id, prog_id;
	unsigned long long cgroup_id;
};

/* A file that is no link is ENOENT. */
static int fdinfo(pid_t pid, int fd, struct fdinfo *info)
{
	char text[1024];
	int file = open_proc(pid, "fdinfo", fd);
	if (file < 0)
		return file;
	ssize_t length = read(file, text, sizeof(text) - 1);
	close(file);
	text[length < 0 ? 0 : length] = '\0';
	for (char *rest = text, *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
		sscanf(line, "link_type: %31s", info->type);
		sscanf(line, "link_id: %u", &info->link_id);
		sscanf(line, "prog_id: %u", &info->prog_id);
		sscanf(line, "cgroup_id: %llu", &info->cgroup_id);
	}
	return info->type[0] == '\0' ? -ENOENT : 0;
}

//: limit_descriptors <sys/resource.h>
/* From now on no number is free: all are taken below a limit that lies above what is open. */
static int fillers[OURS], fillers_used;

static int limit_descriptors(rlim_t limit)
{
	struct rlimit now;
	getrlimit(RLIMIT_NOFILE, &now);
	now.rlim_cur = limit;
	return result(setrlimit(RLIMIT_NOFILE, &now));
}

//: fill limit_descriptors
static int fill(void)
{
	rlim_t limit = 16;
	for (int fd = 16; fd < OURS; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			limit = fd + 1;
	int said = limit_descriptors(limit), fd;
	while (said == 0 && fillers_used < OURS && (fd = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0)
		fillers[fillers_used++] = fd;
	return said;
}

//: free_fillers limit_descriptors
static int free_fillers(void)
{
	while (fillers_used > 0)
		close(fillers[--fillers_used]);
	return limit_descriptors(OURS_END);
}

//: flock <sys/file.h>
static int lock(int fd, int how)
{
	return result(flock(fd, how));
}

//: version_1
/* A version 1 hierarchy: its root, or a directory of our own in it that is removed at once. */
static int open_version_1(bool gone)
{
	char where[128] = "", type[64], path[256];
	FILE *mounts = fopen("/proc/self/mounts", "re");
	while (mounts && fscanf(mounts, "%*s %127s %63s %*[^\n]", where, type) == 2 && strcmp(type, "cgroup") != 0)
		where[0] = '\0';
	if (mounts)
		fclose(mounts);
	if (where[0] == '\0')
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/lastref-repro-%d", where, getpid());
	if (gone && mkdir(path, 0755) < 0)
		return result(-1);
	int fd = result(open(gone ? path : where, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (gone)
		rmdir(path);
	return fd;
}

//: kernel_btf
static int kernel_btf(void)
{
	struct { uint32_t id, next_id, open_flags; } attr = { .id = 1 };
	return bpf(BPF_BTF_GET_FD_BY_ID, &attr, sizeof(attr));
}

//: ring_setup
static int ring_setup(void)
{
	uint32_t params[30] = { 0 };
	int fd = result(syscall(__NR_io_uring_setup, 2, params));
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

//: ring_register
/* A file table of one slot. */
static int ring_register(int ring, int fd)
{
	return result(syscall(__NR_io_uring_register, ring, 2 /* IORING_REGISTER_FILES */, &fd, 1));
}

//: ring_unregister
static int ring_unregister(int ring)
{
	return result(syscall(__NR_io_uring_register, ring, 3 /* IORING_UNREGISTER_FILES */, NULL, 0));
}

//: pidfd_getfd
static int copy_from(pid_t pid, int fd)
{
	int pidfd = pid > 0 ? ours(result(syscall(SYS_pidfd_open, pid, 0))) : -ESRCH;
	if (pidfd < 0)
		return pidfd;
	int said = result(syscall(438 /* pidfd_getfd */, pidfd, fd, 0));
	close(pidfd);
	return said;
}
