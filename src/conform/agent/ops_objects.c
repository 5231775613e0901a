/* Ids and pins. */
#include "agent.h"
#include <sys/syscall.h>

enum {
	CMD_OBJ_PIN = 6,
	CMD_OBJ_GET = 7,
	CMD_PROG_NEXT_ID = 11,
	CMD_MAP_NEXT_ID = 12,
	CMD_PROG_BY_ID = 13,
	CMD_MAP_BY_ID = 14,
	CMD_LINK_BY_ID = 30,
	CMD_LINK_NEXT_ID = 31,
	CMD_ITER_CREATE = 33,
	CMD_BIND_MAP = 35,
	BPF_F_PATH_FD = 1 << 14,
};

static void reply_same(struct reply *reply, char kind, int fd)
{
	char buffer[NAME_LEN];
	if (kind != 0)
		reply_add(reply, "sameAs=%s", object_name(kind, id_of_fd(fd), buffer));
}

static void by_id(const struct request *request, struct reply *reply, int command, char kind, const char *key)
{
	struct attr attr;
	const char *named = arg(request, key);
	int index = named == NULL ? -1 : object_named(kind, named);
	uint64_t id = named == NULL ? arg_int(request, "id", 0) : index < 0 ? 0 : shared->objects[index].id;
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)id);
	put32(&attr, 8, (uint32_t)arg_int(request, "rawOpenFlags", 0));
	long fd = bpf_call(command, &attr);
	reply_result(reply, fd);
	if (fd < 0)
		return;
	reply_same(reply, kind, (int)fd);
	install(reply, request->as, (int)fd);
}

static void list_ids(const struct request *request, struct reply *reply)
{
	const char *what = arg(request, "kind");
	char kind = what[0];
	int command = kind == 'p' ? CMD_PROG_NEXT_ID : kind == 'm' ? CMD_MAP_NEXT_ID : CMD_LINK_NEXT_ID;
	struct attr attr;
	char names[LINE_LEN / 2] = "";
	uint32_t id = (uint32_t)arg_int(request, "start", 0);
	for (bool first = true;; first = false) {
		attr_init(&attr, NULL);
		put32(&attr, 0, id);
		long result = bpf_call(command, &attr);
		if (result < 0 && (!first || (errno == ENOENT && id == 0)))
			break;
		if (result < 0)
			return reply_result(reply, -1);
		id = get32(&attr, 4);
		int index = object_with_id(kind, id);
		if (index < 0 || strlen(names) + NAME_LEN + 2 > sizeof names)
			continue;
		if (names[0] != '\0')
			strcat(names, ",");
		strcat(names, shared->objects[index].name);
	}
	reply_status(reply, "ok");
	reply_add(reply, "ids=%s", names);
}

static void pin(const struct request *request, struct reply *reply, int command)
{
	struct attr attr;
	char path[1024];
	const char *written = arg(request, "path");
	uint32_t flags = (uint32_t)arg_int(request, "flags", 0);
	/* Relative to path_fd: as it stands. */
	bool at_fd = (flags & BPF_F_PATH_FD) != 0 && written[0] != '/' && strlen(written) < sizeof path;
	if (at_fd)
		strcpy(path, written);
	else if (!bpffs_path(written, path))
		return reply_status(reply, "!unsupported: path");
	attr_init(&attr, request);
	put64(&attr, 0, (uint64_t)(uintptr_t)path);
	put32(&attr, 8, (uint32_t)arg_fd(request, command == CMD_OBJ_PIN ? "obj" : "bpfFd"));
	put32(&attr, 12, flags);
	put32(&attr, 16, (uint32_t)arg_fd(request, "pathFd"));
	long fd = bpf_call(command, &attr);
	reply_result(reply, fd);
	if (fd < 0 || command == CMD_OBJ_PIN)
		return;
	reply_same(reply, kind_of_fd((int)fd), (int)fd);
	install(reply, request->as, (int)fd);
}

static void small_command(const struct request *request, struct reply *reply, int command)
{
	struct attr attr;
	attr_init(&attr, request);
	if (command == CMD_ITER_CREATE) {
		put32(&attr, 0, (uint32_t)arg_fd(request, "link"));
		put32(&attr, 4, (uint32_t)arg_int(request, "flags", 0));
	} else if (command == CMD_BIND_MAP) {
		put32(&attr, 0, (uint32_t)arg_fd(request, "prog"));
		put32(&attr, 4, (uint32_t)arg_fd(request, "map"));
		put32(&attr, 8, (uint32_t)arg_int(request, "flags", 0));
	}
	long result = bpf_call(command, &attr);
	reply_result(reply, result);
	if (result >= 0 && command == CMD_ITER_CREATE)
		install(reply, request->as, (int)result);
}

bool op_objects(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "prog_get_fd_by_id"))
		by_id(request, reply, CMD_PROG_BY_ID, 'p', "progId");
	else if (is(op, "map_get_fd_by_id"))
		by_id(request, reply, CMD_MAP_BY_ID, 'm', "mapId");
	else if (is(op, "link_get_fd_by_id"))
		by_id(request, reply, CMD_LINK_BY_ID, 'l', "linkId");
	else if (is(op, "list_ids"))
		list_ids(request, reply);
	else if (is(op, "obj_pin"))
		pin(request, reply, CMD_OBJ_PIN);
	else if (is(op, "obj_get"))
		pin(request, reply, CMD_OBJ_GET);
	else if (is(op, "iter_create"))
		small_command(request, reply, CMD_ITER_CREATE);
	else if (is(op, "prog_bind_map"))
		small_command(request, reply, CMD_BIND_MAP);
	else if (is(op, "unknown_command") && arg_int(request, "cmd", 1000) < 64)
		reply_status(reply, "!refused: a command number that kernels may know");
	else if (is(op, "unknown_command"))
		small_command(request, reply, (int)arg_int(request, "cmd", 1000));
	else
		return false;
	return true;
}
