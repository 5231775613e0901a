/* What can be looked at through a descriptor: info of programs, maps and links, and TASK_FD_QUERY. */
#include "agent.h"

enum {
	CMD_INFO = 15,
	CMD_TASK_FD_QUERY = 20,
	PROG_EXT = 28,
	LINK_RAW_TRACEPOINT = 1,
	LINK_TRACING = 2,
	LINK_CGROUP = 3,
	LINK_ITER = 4,
	LINK_STRUCT_OPS = 9,
	LINK_SOCKMAP = 14,
	/* Without a wish of the trace: what links of every kind and every kernel fill in. */
	USUAL_SIZE = 40,
};

static long read_info(int fd, void *info, uint32_t size, const struct request *request)
{
	struct attr attr;
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)fd);
	put32(&attr, 4, size);
	put64(&attr, 8, (uint64_t)(uintptr_t)info);
	return bpf_call(CMD_INFO, &attr);
}

static uint32_t word(const uint8_t *info, size_t offset)
{
	uint32_t value;
	memcpy(&value, info + offset, sizeof value);
	return value;
}

/* Names are written where the caller says, so they are asked for once the type is known. */
static bool read_name(int fd, uint32_t type, char *name, uint32_t size)
{
	uint8_t info[USUAL_SIZE] = {0};
	uint64_t at = (uint64_t)(uintptr_t)name;
	name[0] = '\0';
	if (type != LINK_RAW_TRACEPOINT && type != LINK_ITER)
		return false;
	memcpy(info + 16, &at, sizeof at);
	memcpy(info + 24, &size, sizeof size);
	return read_info(fd, info, sizeof info, NULL) >= 0;
}

/* What a link is attached to, as far as info says it: 0 once it is defunct. */
static void anchor(const uint8_t *info, char *key, char *name)
{
	char buffer[NAME_LEN];
	uint32_t type = word(info, 0), id = 0;
	char kind = 'm';
	uint64_t ino;
	const char *net, *of_net = net_anchor(info, &net);
	key[0] = name[0] = '\0';
	if (of_net != NULL) {
		snprintf(key, NAME_LEN, "%s", of_net);
		snprintf(name, NAME_LEN, "%s", net);
		return;
	}
	if (type == LINK_CGROUP) {
		memcpy(&ino, info + 16, sizeof ino);
		const char *cgroup = cgroup_with_ino(ino);
		snprintf(key, NAME_LEN, "cgroup");
		snprintf(name, NAME_LEN, "%s", ino == 0 ? "" : cgroup == NULL ? "#unknown" : cgroup);
		return;
	}
	if (type == LINK_TRACING) {
		id = word(info, 20);
		kind = 'p';
		/* The id of a program, or of the kernel's BTF. */
		if (object_with_id('p', id) < 0)
			id = 0;
	} else if (type == LINK_ITER) {
		id = word(info, 28);
		/* Iterators that walk no map of the trace have something else there. */
		if (object_with_id('m', id) < 0)
			id = 0;
	} else if (type == LINK_STRUCT_OPS || type == LINK_SOCKMAP) {
		id = word(info, 16);
	} else {
		return;
	}
	snprintf(key, NAME_LEN, "%s", kind == 'p' ? "targetProg" : "map");
	snprintf(name, NAME_LEN, "%s", id == 0 ? "" : object_name(kind, id, buffer));
}

static void reply_link(struct reply *reply, const uint8_t *info, int fd)
{
	char buffer[NAME_LEN], key[NAME_LEN], name[NAME_LEN], place[NAME_LEN];
	uint32_t type = word(info, 0);
	anchor(info, key, name);
	reply_add(reply, "link=%s", object_name('l', word(info, 4), buffer));
	reply_add(reply, "prog=%s", word(info, 8) == 0 ? "" : object_name('p', word(info, 8), buffer));
	if (key[0] != '\0')
		reply_add(reply, "%s=%s", key, name);
	if (type == LINK_CGROUP)
		reply_add(reply, "attachTypeNumber=%u", word(info, 24));
	/* Of an extension kernels say what they like. */
	int prog = object_with_id('p', word(info, 8));
	if (type == LINK_TRACING && prog >= 0 && shared->objects[prog].prog_type != PROG_EXT)
		reply_add(reply, "attachTypeNumber=%u", word(info, 16));
	reply_net_details(reply, info);
	if (type == LINK_SOCKMAP)
		reply_add(reply, "attachTypeNumber=%u", word(info, 20));
	if (read_name(fd, type, place, sizeof place))
		reply_add(reply, "name=%s", place);
}

static void info(const struct request *request, struct reply *reply, const char *key)
{
	static uint8_t bytes[8192];
	char buffer[NAME_LEN];
	const char *how = arg(request, "info");
	int fd = arg_fd(request, key);
	uint32_t size = USUAL_SIZE;
	memset(bytes, 0, sizeof bytes);
	if (how != NULL && is(how, "beyond")) {
		size = 4096;
		bytes[size - 1] = 1;
	} else if (how != NULL) {
		size = (uint32_t)strtoul(how, NULL, 10);
	}
	if (size > sizeof bytes)
		return reply_status(reply, "!unsupported: info of %u bytes", size);
	long result = read_info(fd, bytes, size, request);
	reply_result(reply, result);
	char kind = result < 0 || size < 32 ? 0 : kind_of_fd(fd);
	if (kind == 0)
		return;
	reply_add(reply, "infoKind=%c", kind);
	reply_add(reply, "typeNumber=%u", word(bytes, 0));
	reply_add(reply, "id=%u", word(bytes, 4));
	if (kind == 'l')
		reply_link(reply, bytes, fd);
	else
		reply_add(reply, "%s=%s", kind == 'p' ? "prog" : "map", object_name(kind, word(bytes, 4), buffer));
}

/* One line for each link that is looked at from outside: link, program, cgroup, what else it is attached to. */
void show_link(struct reply *reply, int fd)
{
	uint8_t bytes[USUAL_SIZE] = {0};
	char link[NAME_LEN], prog[NAME_LEN], key[NAME_LEN], name[NAME_LEN];
	if (read_info(fd, bytes, sizeof bytes, NULL) < 0)
		return;
	anchor(bytes, key, name);
	bool cgroup = is(key, "cgroup");
	reply_add(reply, "link=%s|%s|%s|%s", object_name('l', word(bytes, 4), link),
		  word(bytes, 8) == 0 ? "" : object_name('p', word(bytes, 8), prog), cgroup ? name : "",
		  cgroup ? "" : name);
}

uint32_t map_under(int link)
{
	uint8_t bytes[USUAL_SIZE] = {0};
	return read_info(link, bytes, sizeof bytes, NULL) < 0 ? 0 : word(bytes, 16);
}

static void task_fd_query(const struct request *request, struct reply *reply)
{
	static const char *const types[] = {"raw_tracepoint", "tracepoint", "kprobe", "kretprobe", "uprobe", "uretprobe"};
	struct attr attr;
	char name[64] = "", buffer[NAME_LEN];
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)getpid());
	put32(&attr, 4, (uint32_t)arg_fd(request, "fd"));
	put32(&attr, 12, sizeof name);
	put64(&attr, 16, (uint64_t)(uintptr_t)name);
	long result = bpf_call(CMD_TASK_FD_QUERY, &attr);
	reply_result(reply, result);
	if (result < 0)
		return;
	uint32_t type = get32(&attr, 28);
	reply_add(reply, "prog=%s", object_name('p', get32(&attr, 24), buffer));
	reply_add(reply, "fdType=%s", type < sizeof types / sizeof *types ? types[type] : "unknown");
	reply_add(reply, "name=%s", name);
}

bool op_info(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "link_info"))
		info(request, reply, "link");
	else if (is(op, "prog_info"))
		info(request, reply, "prog");
	else if (is(op, "map_info"))
		info(request, reply, "map");
	else if (is(op, "task_fd_query"))
		task_fd_query(request, reply);
	else
		return false;
	return true;
}
