/* Descriptors of the acting process: close, dup, flags, and what /proc says of them. */
#include "agent.h"
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static bool filled;
static int fillers[FD_TARGET], filler_count;
static int filled_limit;

static void set_fd_limit(bool low)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = low ? (rlim_t)filled_limit : FD_LIMIT;
	setrlimit(RLIMIT_NOFILE, &limit);
}

bool lift_fd_limit(void)
{
	if (filled)
		set_fd_limit(false);
	return filled;
}

void restore_fd_limit(bool lifted)
{
	int error = errno;
	if (lifted)
		set_fd_limit(true);
	errno = error;
}

/* Every number below the first one above all open descriptors of the trace is taken. */
static void fill(struct reply *reply)
{
	filled_limit = 16;
	for (int fd = 0; fd < NOT_OPEN; fd++)
		if (fcntl(fd, F_GETFD) >= 0 && fd >= filled_limit)
			filled_limit = fd + 1;
	filled = true;
	set_fd_limit(true);
	for (filler_count = 0; filler_count < FD_TARGET; filler_count++) {
		int fd = fcntl(0, F_DUPFD_CLOEXEC, 0);
		if (fd < 0)
			break;
		fillers[filler_count] = fd;
	}
	reply_status(reply, "ok");
}

static void release_fillers(struct reply *reply)
{
	for (int i = 0; i < filler_count; i++)
		close(fillers[i]);
	filler_count = 0;
	filled = false;
	set_fd_limit(false);
	reply_status(reply, "ok");
}

static void close_handle(const struct request *request, struct reply *reply)
{
	int fd = arg_fd(request, "handle");
	/* The agent's own descriptors are not the trace's to close. */
	if (fd >= FD_TARGET)
		return reply_status(reply, "!refused: descriptor of the agent");
	long result = close(fd);
	reply_result(reply, result);
	if (result >= 0)
		forget_handle(fd);
}

static void duplicate(const struct request *request, struct reply *reply)
{
	int fd = dup(arg_fd(request, "handle"));
	reply_result(reply, fd);
	if (fd >= 0)
		install(reply, request->as, fd);
}

static void duplicate_over(const struct request *request, struct reply *reply)
{
	int over = arg_fd(request, "over");
	if (over >= FD_TARGET)
		return reply_status(reply, "!refused: descriptor of the agent");
	reply_result(reply, dup2(arg_fd(request, "handle"), over));
	describe_handles(over);
}

static void cloexec(const struct request *request, struct reply *reply)
{
	int fd = arg_fd(request, "handle");
	if (is(request->op, "get_cloexec")) {
		int flags = fcntl(fd, F_GETFD);
		reply_result(reply, flags);
		if (flags >= 0)
			reply_add(reply, "cloexec=%s", (flags & FD_CLOEXEC) != 0 ? "true" : "false");
		return;
	}
	reply_result(reply, fcntl(fd, F_SETFD, is(arg(request, "on"), "true") ? FD_CLOEXEC : 0));
}

static void proc_path(const struct request *request, const char *folder, char *path, size_t size)
{
	const char *from = arg(request, "from");
	int owner = from == NULL ? self : actor_named(from);
	const char *name = arg(request, "handle");
	int fd = NOT_OPEN;
	if (owner >= 0 && name != NULL && name[0] == '#')
		fd = atoi(name + 1);
	else if (owner >= 0 && name != NULL) {
		const struct handle *handle = handle_named(&shared->tables[shared->actors[owner].table], name);
		fd = handle != NULL && handle->open ? handle->fd : NOT_OPEN;
	}
	snprintf(path, size, "/proc/%d/%s/%d", owner < 0 ? 0 : shared->actors[owner].pid, folder, fd);
}

static void read_link(const struct request *request, struct reply *reply)
{
	char path[64], target[256];
	proc_path(request, "fd", path, sizeof path);
	ssize_t len = readlink(path, target, sizeof target - 1);
	reply_result(reply, len);
	if (len < 0)
		return;
	target[len] = '\0';
	reply_add(reply, "target=%s", target);
}

static void read_info(const struct request *request, struct reply *reply)
{
	char path[64], text[1024], buffer[NAME_LEN], type[32] = "";
	unsigned link = 0, prog = 0, map = 0;
	unsigned long long cgroup = 0;
	proc_path(request, "fdinfo", path, sizeof path);
	int fd = open_high(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (len < 0)
		return reply_result(reply, -1);
	text[len] = '\0';
	for (char *rest = text, *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
		sscanf(line, "link_type: %31s", type);
		sscanf(line, "link_id: %u", &link);
		sscanf(line, "prog_id: %u", &prog);
		sscanf(line, "map_id: %u", &map);
		sscanf(line, "cgroup_id: %llu", &cgroup);
	}
	if (type[0] == '\0')
		return reply_status(reply, "%d", ENOENT);
	const char *name = cgroup_with_ino(cgroup);
	reply_status(reply, "ok");
	reply_add(reply, "linkType=%s", type);
	reply_add(reply, "link=%s", object_name('l', link, buffer));
	reply_add(reply, "prog=%s", prog == 0 ? "" : object_name('p', prog, buffer));
	if (map != 0)
		reply_add(reply, "map=%s", object_name('m', map, buffer));
	reply_add(reply, "cgroup=%s", cgroup == 0 ? "" : name == NULL ? "#unknown" : name);
}

static void use(const struct request *request, struct reply *reply)
{
	char byte = 0;
	int fd = arg_fd(request, "handle");
	if (is(request->op, "read_fd"))
		return reply_result(reply, read(fd, &byte, 1));
	if (is(request->op, "write_fd"))
		return reply_result(reply, write(fd, &byte, 1));
	if (is(request->op, "mmap_fd")) {
		void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (at == MAP_FAILED)
			return reply_result(reply, -1);
		munmap(at, 4096);
		return reply_status(reply, "ok");
	}
	int poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN};
	reply_result(reply, epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event));
	close(poll);
}

static void close_all(struct reply *reply)
{
	reply_result(reply, syscall(SYS_close_range, 3, FD_TARGET - 1, 0));
	struct table *table = own_table();
	for (int i = 0; i < table->used; i++)
		table->handles[i].open = false;
}

static void open_proc(const struct request *request, struct reply *reply)
{
	char path[64];
	proc_path(request, "fd", path, sizeof path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	reply_result(reply, fd);
	if (fd >= 0)
		install(reply, request->as, fd);
}

bool op_descriptors(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "close"))
		close_handle(request, reply);
	else if (is(op, "dup"))
		duplicate(request, reply);
	else if (is(op, "dup2"))
		duplicate_over(request, reply);
	else if (is(op, "get_cloexec") || is(op, "set_cloexec"))
		cloexec(request, reply);
	else if (is(op, "readlink_fd"))
		read_link(request, reply);
	else if (is(op, "fdinfo"))
		read_info(request, reply);
	else if (is(op, "open_proc_fd"))
		open_proc(request, reply);
	else if (is(op, "read_fd") || is(op, "write_fd") || is(op, "mmap_fd") || is(op, "epoll_add"))
		use(request, reply);
	else if (is(op, "close_range"))
		close_all(reply);
	else if (is(op, "fill_fds"))
		fill(reply);
	else if (is(op, "free_fds"))
		release_fillers(reply);
	else
		return false;
	return true;
}
