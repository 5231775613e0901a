/* Rare holders of files: io_uring's registered files. */
#include "agent.h"
#include <sys/syscall.h>

static void setup(const struct request *request, struct reply *reply)
{
	uint32_t params[30] = {0};
	long fd = syscall(SYS_io_uring_setup, 2, params);
	reply_result(reply, fd);
	if (fd < 0)
		return;
	fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	install(reply, request->as, (int)fd);
}

static void registered(const struct request *request, struct reply *reply)
{
	enum { REGISTER_FILES = 2, UNREGISTER_FILES = 3 };
	int32_t fds[1] = {arg_fd(request, "handle")};
	int ring = arg_fd(request, "ring");
	if (arg(request, "handle") == NULL)
		return reply_result(reply, syscall(SYS_io_uring_register, ring, UNREGISTER_FILES, NULL, 0));
	reply_result(reply, syscall(SYS_io_uring_register, ring, REGISTER_FILES, fds, 1));
}

bool op_odd(const struct request *request, struct reply *reply)
{
	if (is(request->op, "io_uring_setup"))
		setup(request, reply);
	else if (is(request->op, "io_uring_register"))
		registered(request, reply);
	else
		return false;
	return true;
}
