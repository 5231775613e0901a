/* Maps, ids, info and pins. */
#include "agent.h"
#include <sys/syscall.h>

enum {
	CMD_MAP_CREATE = 0,
	CMD_MAP_LOOKUP = 1,
	CMD_OBJ_PIN = 6,
	CMD_OBJ_GET = 7,
	CMD_PROG_NEXT_ID = 11,
	CMD_MAP_NEXT_ID = 12,
	CMD_PROG_BY_ID = 13,
	CMD_MAP_BY_ID = 14,
	CMD_INFO = 15,
	CMD_TASK_FD_QUERY = 20,
	CMD_LINK_BY_ID = 30,
	CMD_LINK_NEXT_ID = 31,
	CMD_ITER_CREATE = 33,
	CMD_BIND_MAP = 35,
	MAP_HASH = 1,
	MAP_ARRAY = 2,
	MAP_CGROUP_STORAGE = 19,
	BPF_F_PATH_FD = 1 << 14,
};

static void map_create(const struct request *request, struct reply *reply)
{
	struct attr attr;
	uint32_t type = (uint32_t)arg_int(request, "type", 0);
	if (type != MAP_HASH && type != MAP_ARRAY && type != MAP_CGROUP_STORAGE)
		return reply_status(reply, "!unsupported: map type %u", type);
	attr_init(&attr, request);
	put32(&attr, 0, type);
	put32(&attr, 4, (uint32_t)arg_int(request, "keySize", 4));
	put32(&attr, 8, (uint32_t)arg_int(request, "valueSize", 8));
	put32(&attr, 12, (uint32_t)arg_int(request, "maxEntries", 0));
	long fd = bpf_call(CMD_MAP_CREATE, &attr);
	reply_result(reply, fd);
	if (fd < 0)
		return;
	add_object('m', is(request->as, "-") ? arg(request, "map") : request->as, id_of_fd((int)fd));
	install(reply, request->as, (int)fd);
}

static void map_lookup(const struct request *request, struct reply *reply)
{
	struct attr attr;
	uint64_t key[2] = {arg_int(request, "key", 0), 0}, value[8] = {0};
	const char *name = arg(request, "keyCgroup");
	if (name != NULL) {
		const struct cgroup *cgroup = cgroup_named(name);
		key[0] = cgroup == NULL ? 0 : cgroup->ino;
		key[1] = arg_int(request, "keyAttachType", 0);
	}
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)arg_fd(request, "map"));
	put64(&attr, 8, (uint64_t)(uintptr_t)key);
	put64(&attr, 16, (uint64_t)(uintptr_t)value);
	long result = bpf_call(CMD_MAP_LOOKUP, &attr);
	reply_result(reply, result);
	if (result >= 0)
		reply_add(reply, "value=%llu", (unsigned long long)value[0]);
}

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

static void reply_info(struct reply *reply, char kind, const uint32_t *info)
{
	char buffer[NAME_LEN];
	reply_add(reply, "infoKind=%c", kind);
	reply_add(reply, "typeNumber=%u", info[0]);
	reply_add(reply, "id=%u", info[1]);
	if (kind != 'l') {
		reply_add(reply, "%s=%s", kind == 'p' ? "prog" : "map", object_name(kind, info[1], buffer));
		return;
	}
	uint64_t ino;
	memcpy(&ino, info + 4, sizeof ino);
	const char *cgroup = cgroup_with_ino(ino);
	reply_add(reply, "link=%s", object_name('l', info[1], buffer));
	reply_add(reply, "prog=%s", object_name('p', info[2], buffer));
	reply_add(reply, "cgroup=%s", ino == 0 ? "" : cgroup == NULL ? "#unknown" : cgroup);
	reply_add(reply, "attachTypeNumber=%u", info[6]);
}

static void info(const struct request *request, struct reply *reply, const char *key)
{
	struct attr attr;
	static uint32_t bytes[2048];
	const char *how = arg(request, "info");
	int fd = arg_fd(request, key);
	uint32_t size = 256;
	memset(bytes, 0, sizeof bytes);
	if (how != NULL && is(how, "beyond")) {
		size = 4096;
		bytes[1023] = 1;
	} else if (how != NULL) {
		size = (uint32_t)strtoul(how, NULL, 10);
	} else {
		/* Without a wish of the trace: what every kind of object and every kernel has. */
		size = 32;
	}
	if (size > sizeof bytes)
		return reply_status(reply, "!unsupported: info of %u bytes", size);
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)fd);
	put32(&attr, 4, size);
	put64(&attr, 8, (uint64_t)(uintptr_t)bytes);
	long result = bpf_call(CMD_INFO, &attr);
	reply_result(reply, result);
	char kind = result < 0 || size < 32 ? 0 : kind_of_fd(fd);
	if (kind != 0)
		reply_info(reply, kind, bytes);
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
	char text[64];
	attr_init(&attr, request);
	if (command == CMD_ITER_CREATE) {
		put32(&attr, 0, (uint32_t)arg_fd(request, "link"));
		put32(&attr, 4, (uint32_t)arg_int(request, "flags", 0));
	} else if (command == CMD_BIND_MAP) {
		put32(&attr, 0, (uint32_t)arg_fd(request, "prog"));
		put32(&attr, 4, (uint32_t)arg_fd(request, "map"));
		put32(&attr, 8, (uint32_t)arg_int(request, "flags", 0));
	} else if (command == CMD_TASK_FD_QUERY) {
		put32(&attr, 0, (uint32_t)getpid());
		put32(&attr, 4, (uint32_t)arg_fd(request, "fd"));
		put32(&attr, 12, sizeof text);
		put64(&attr, 16, (uint64_t)(uintptr_t)text);
	}
	long result = bpf_call(command, &attr);
	reply_result(reply, result);
	if (result >= 0 && command == CMD_ITER_CREATE)
		install(reply, request->as, (int)result);
}

bool op_objects(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "map_create"))
		map_create(request, reply);
	else if (is(op, "map_lookup"))
		map_lookup(request, reply);
	else if (is(op, "prog_get_fd_by_id"))
		by_id(request, reply, CMD_PROG_BY_ID, 'p', "progId");
	else if (is(op, "map_get_fd_by_id"))
		by_id(request, reply, CMD_MAP_BY_ID, 'm', "mapId");
	else if (is(op, "link_get_fd_by_id"))
		by_id(request, reply, CMD_LINK_BY_ID, 'l', "linkId");
	else if (is(op, "list_ids"))
		list_ids(request, reply);
	else if (is(op, "link_info"))
		info(request, reply, "link");
	else if (is(op, "prog_info"))
		info(request, reply, "prog");
	else if (is(op, "map_info"))
		info(request, reply, "map");
	else if (is(op, "obj_pin"))
		pin(request, reply, CMD_OBJ_PIN);
	else if (is(op, "obj_get"))
		pin(request, reply, CMD_OBJ_GET);
	else if (is(op, "iter_create"))
		small_command(request, reply, CMD_ITER_CREATE);
	else if (is(op, "prog_bind_map"))
		small_command(request, reply, CMD_BIND_MAP);
	else if (is(op, "task_fd_query"))
		small_command(request, reply, CMD_TASK_FD_QUERY);
	else if (is(op, "unknown_command") && arg_int(request, "cmd", 1000) < 64)
		reply_status(reply, "!refused: a command number that kernels may know");
	else if (is(op, "unknown_command"))
		small_command(request, reply, (int)arg_int(request, "cmd", 1000));
	else
		return false;
	return true;
}
