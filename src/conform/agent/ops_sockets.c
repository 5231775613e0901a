/* Sockets: descriptors in messages, and datagrams through sockets that a trace holds. */
#include "agent.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

int send_text(int socket, const char *text, size_t len, int fd)
{
	char control[CMSG_SPACE(sizeof fd)] = {0};
	struct iovec data = {.iov_base = (void *)(uintptr_t)text, .iov_len = len};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
	if (fd >= 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof control;
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(header), &fd, sizeof fd);
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

ssize_t receive_text(int socket, char *text, size_t size, int *fd)
{
	char control[CMSG_SPACE(sizeof *fd)] = {0};
	struct iovec data = {.iov_base = text, .iov_len = size - 1};
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	if (fd != NULL)
		*fd = -1;
	ssize_t len;
	do
		len = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return len;
	text[len] = '\0';
	const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_type == SCM_RIGHTS && fd != NULL)
		memcpy(fd, CMSG_DATA(header), sizeof *fd);
	return len;
}

static void pair(const struct request *request, struct reply *reply)
{
	int ends[2];
	long result = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
	reply_result(reply, result);
	if (result < 0)
		return;
	install(reply, request->as, ends[0]);
	install(reply, arg(request, "peer"), ends[1]);
}

static void receive(const struct request *request, struct reply *reply)
{
	char text[16], buffer[NAME_LEN];
	int fd = -1;
	if (receive_text(arg_fd(request, "socket"), text, sizeof text, &fd) < 0)
		return reply_result(reply, -1);
	reply_status(reply, "ok");
	if (fd < 0)
		return;
	char kind = kind_of_fd(fd);
	if (kind != 0)
		reply_add(reply, "sameAs=%s", object_name(kind, id_of_fd(fd), buffer));
	install(reply, request->as, fd);
}

static void open_udp(const struct request *request, struct reply *reply)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	reply_result(reply, fd);
	if (fd >= 0)
		install(reply, request->as, fd);
}

/* One datagram through the socket to a socket outside every cgroup of the trace. */
static void send_one(const struct request *request, struct reply *reply)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(shared->outside_port)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (shared->no_traffic)
		return reply_status(reply, "!refused: traffic after an update to another cgroup storage map");
	start_log();
	long result = sendto(arg_fd(request, "socket"), "x", 1, 0, (struct sockaddr *)&to, sizeof to);
	if (result < 0 && errno != EPERM && errno != ECONNREFUSED && errno != EACCES)
		return reply_result(reply, -1);
	conclude_event(reply, result);
}

static void take_from(const struct request *request, struct reply *reply)
{
	char buffer[NAME_LEN];
	int owner = actor_named(arg(request, "from"));
	/* The number of a process that was reaped may be another's by now. */
	if (owner < 0 || shared->actors[owner].reaped)
		return reply_status(reply, "%d", ESRCH);
	const struct handle *handle = handle_named(&shared->tables[shared->actors[owner].table], arg(request, "handle"));
	int pidfd = (int)syscall(SYS_pidfd_open, shared->actors[owner].pid, 0);
	if (pidfd < 0)
		return reply_result(reply, pidfd);
	pidfd = move_high(pidfd);
	long fd = syscall(SYS_pidfd_getfd, pidfd, handle != NULL && handle->open ? handle->fd : NOT_OPEN, 0);
	reply_result(reply, fd);
	if (pidfd >= 0)
		close(pidfd);
	if (fd < 0)
		return;
	char kind = kind_of_fd((int)fd);
	if (kind != 0)
		reply_add(reply, "sameAs=%s", object_name(kind, id_of_fd((int)fd), buffer));
	install(reply, request->as, (int)fd);
}

bool op_sockets(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "socketpair"))
		pair(request, reply);
	else if (is(op, "send_msg"))
		reply_result(reply, send_text(arg_fd(request, "socket"), "m", 1, arg_fd(request, "handle")));
	else if (is(op, "recv_msg"))
		receive(request, reply);
	else if (is(op, "open_socket"))
		open_udp(request, reply);
	else if (is(op, "send"))
		send_one(request, reply);
	else if (is(op, "pidfd_getfd"))
		take_from(request, reply);
	else
		return false;
	return true;
}
