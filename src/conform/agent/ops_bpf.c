/* Attaching, detaching, links and queries. Offsets are those of union bpf_attr. */
#include "agent.h"

enum {
	CMD_PROG_ATTACH = 8,
	CMD_PROG_DETACH = 9,
	CMD_PROG_QUERY = 16,
	CMD_LINK_CREATE = 28,
	CMD_LINK_UPDATE = 29,
	CMD_LINK_DETACH = 34,
	ATTACH_TRACE_ITER = 28,
	ATTACH_KPROBE_MULTI = 42,
	ATTACH_STRUCT_OPS = 44,
	ATTACH_NETFILTER = 45,
	ATTACH_UPROBE_MULTI = 48,
	LINK_STRUCT_OPS = 9,
};

/* relative_fd or relative_id: `relative` names a handle, `relativeId` an object of `relativeKind`. */
static uint32_t relative(const struct request *request)
{
	const char *named = arg(request, "relativeId");
	if (named == NULL)
		return (uint32_t)arg_fd(request, "relative");
	if (named[0] == '#')
		return (uint32_t)strtoul(named + 1, NULL, 10);
	int index = object_named(*arg(request, "relativeKind"), named);
	return index < 0 ? 0 : shared->objects[index].id;
}

static void finish(struct reply *reply, long result, int opened)
{
	reply_result(reply, result);
	if (opened >= 0)
		close(opened);
}

static void attach_or_detach(const struct request *request, struct reply *reply, int command)
{
	int target, opened;
	struct attr attr;
	if (!arg_target(request, &target, &opened))
		return reply_result(reply, -1);
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)target);
	put32(&attr, 4, (uint32_t)arg_fd(request, "prog"));
	put32(&attr, 8, (uint32_t)arg_int(request, "attachType", 0));
	put32(&attr, 12, (uint32_t)arg_int(request, "flags", 0));
	put32(&attr, 16, (uint32_t)arg_fd(request, "replace"));
	put32(&attr, 20, relative(request));
	put64(&attr, 24, arg_int(request, "expectedRevision", 0));
	finish(reply, bpf_call(command, &attr), opened);
}

void install_link(const struct request *request, struct reply *reply, int fd, int prog, uint32_t attach_type)
{
	if (!is(request->as, "-")) {
		int link = add_object('l', request->as, id_of_fd(fd));
		if (link >= 0) {
			shared->objects[link].prog = object_with_id('p', id_of_fd(prog));
			shared->objects[link].attach_type = attach_type;
		}
	}
	install(reply, request->as, fd);
}

/* The map under an iterator, as `union bpf_iter_link_info` has it. */
static void put_iterator(const struct request *request, struct attr *attr, uint32_t info[4])
{
	if (arg(request, "iterNoPointer") != NULL) {
		put32(attr, 24, 4);
	} else if (arg(request, "map") != NULL) {
		info[0] = (uint32_t)arg_fd(request, "map");
		put64(attr, 16, (uint64_t)(uintptr_t)info);
		put32(attr, 24, 4);
	}
}

/* Many kprobes: functions by name. Many uprobes: one function of the agent's own file. */
static void put_probes(const struct request *request, struct attr *attr, uint32_t type)
{
	static uint64_t addresses[ARGS_MAX];
	static char names[LINE_LEN / 4];
	const char *syms = arg(request, "syms"), *path = arg(request, "probePath");
	uint32_t count = 0;
	snprintf(names, sizeof names, "%s", syms == NULL ? "" : syms);
	for (char *rest = names, *one = syms == NULL ? NULL : strsep(&rest, ","); one != NULL && count < ARGS_MAX;
	     one = strsep(&rest, ","))
		addresses[count++] = (uint64_t)(uintptr_t)one;
	if (type == ATTACH_KPROBE_MULTI) {
		put32(attr, 20, count);
		put64(attr, 24, (uint64_t)(uintptr_t)addresses);
		return;
	}
	count = (uint32_t)arg_int(request, "cnt", count);
	for (uint32_t i = 0; i < count && i < ARGS_MAX; i++)
		addresses[i] = probed_offset();
	put64(attr, 16, (uint64_t)(uintptr_t)(path == NULL ? "/proc/self/exe" : "/no/such/file"));
	put64(attr, 24, (uint64_t)(uintptr_t)addresses);
	put32(attr, 48, count);
	put32(attr, 52, (uint32_t)arg_int(request, "probeFlags", 0));
	put32(attr, 56, (uint32_t)arg_int(request, "probePid", 0));
}

/* The part of the attributes behind the flags, which each kind of link uses in its own way. */
static void put_own_part(const struct request *request, struct attr *attr, uint32_t type, uint32_t info[4])
{
	const char *func = arg(request, "targetFunc");
	if (type == ATTACH_TRACE_ITER)
		return put_iterator(request, attr, info);
	if (type == ATTACH_KPROBE_MULTI || type == ATTACH_UPROBE_MULTI)
		return put_probes(request, attr, type);
	if (type == ATTACH_NETFILTER) {
		put32(attr, 16, (uint32_t)arg_int(request, "pf", 0));
		put32(attr, 20, (uint32_t)arg_int(request, "hooknum", 0));
		put32(attr, 24, (uint32_t)arg_int(request, "priority", 0));
		return put32(attr, 28, (uint32_t)arg_int(request, "nfFlags", 0));
	}
	if (func != NULL)
		return put32(attr, 16, arg(request, "targetProg") == NULL ? 1 : program_function(arg_fd(request, "targetProg"), func));
	put32(attr, 16, relative(request));
	put64(attr, 24, arg_int(request, "expectedRevision", 0));
	/* Bytes that only other kinds of links use; the kernel ignores them for cgroups. */
	if (arg(request, "addrs") != NULL)
		put64(attr, 32, arg_int(request, "addrs", 1));
}

/* One place for the models, and several for the kernel: an event there runs what is attached once at each. */
static void note_probes(const char *syms)
{
	if (shared->probed_count == 0)
		snprintf(shared->probed, sizeof shared->probed, "%s", syms);
	if (shared->probed_count < 0 || !is(shared->probed, syms)) {
		shared->probed_count = -1;
		return;
	}
	shared->probed_count = 1;
	for (const char *at = strchr(syms, ','); at != NULL; at = strchr(at + 1, ','))
		shared->probed_count++;
}

static void link_create(const struct request *request, struct reply *reply)
{
	int target, opened;
	struct attr attr;
	uint32_t type = (uint32_t)arg_int(request, "attachType", 0), info[4] = {0};
	if (type == ATTACH_STRUCT_OPS && !shared->booted)
		return reply_status(reply, "!refused: struct_ops links can stop a kernel");
	int prog = arg_fd(request, type == ATTACH_STRUCT_OPS ? "structOpsMap" : "prog");
	if (!arg_target(request, &target, &opened))
		return reply_result(reply, -1);
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)prog);
	put32(&attr, 4, (uint32_t)(type == ATTACH_TRACE_ITER && arg(request, "map") != NULL ? 0 : target));
	put32(&attr, 8, type);
	put32(&attr, 12, (uint32_t)arg_int(request, "flags", 0));
	put_own_part(request, &attr, type, info);
	long fd = bpf_call(CMD_LINK_CREATE, &attr);
	finish(reply, fd, opened);
	if (fd < 0 && errno == EOPNOTSUPP && type == ATTACH_KPROBE_MULTI)
		return reply_status(reply, "!unsupported: the kernel was built without fprobes (EOPNOTSUPP)");
	if (fd >= 0 && type == ATTACH_KPROBE_MULTI)
		note_probes(arg(request, "syms"));
	if (fd >= 0)
		install_link(request, reply, (int)fd, prog, type);
}

/*
 * Links and programs that are not the trace's belong to somebody on this machine: by a literal id a trace could reach
 * them. A struct_ops link is never touched where others use the machine.
 */
static const char *refuse_link(int fd)
{
	if (kind_of_fd(fd) != 'l')
		return NULL; /* the kernel says what is wrong with it */
	if (type_of_fd(fd) == LINK_STRUCT_OPS && !shared->booted)
		return "!refused: struct_ops links can stop a kernel";
	uint32_t id = id_of_fd(fd);
	/* Old kernels refuse whoever may not even ask all that can be done with it. */
	if (id == 0 && errno == EPERM)
		return NULL;
	return object_with_id('l', id) < 0 ? "!refused: a link that is not the trace's" : NULL;
}

static int storage_of(int object) { return object < 0 ? -1 : shared->objects[object].storage; }

/* Hooks that a process of a trace passes without being told to: it makes a socket, closes it, opens a device. */
static bool is_passed_unasked(uint32_t attach_type)
{
	static const uint32_t types[] = {2 /* sock_create */, 6 /* device */, 18 /* sysctl */, 34 /* sock_release */};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i] == attach_type)
			return true;
	return false;
}

/*
 * After an update to a program with another cgroup storage map, the storage of the old one is under the new program: the
 * next packet would read through NULL. So there is no traffic until everything of this trace is gone; where traffic
 * cannot be kept away, there is no update. What the kernel refuses by itself is let through.
 */
static const char *refuse_update(const struct request *request, int link, int next)
{
	const struct object *object = &shared->objects[link];
	if (next < 0)
		return "!refused: a program that is not the trace's";
	if (storage_of(next) == storage_of(object->prog))
		return NULL;
	if (arg(request, "async") != NULL)
		return "!refused: an update to another cgroup storage map while others run";
	if (is_passed_unasked(object->attach_type))
		return "!refused: an update to another cgroup storage map at a hook that is passed unasked";
	return NULL;
}

/* With the map that it has already, a kernel stops: not even on a machine of one's own. */
static bool is_same_map(int link_fd, int map_fd)
{
	return kind_of_fd(map_fd) == 'm' && map_under(link_fd) == id_of_fd(map_fd);
}

static void update_ops(const struct request *request, struct reply *reply, int link_fd)
{
	struct attr attr;
	int map = arg(request, "structOpsMap") == NULL ? arg_fd(request, "prog") : arg_fd(request, "structOpsMap");
	if (is_same_map(link_fd, map))
		return reply_status(reply, "!refused: a struct_ops link takes its own map, and the kernel stops");
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)link_fd);
	put32(&attr, 4, (uint32_t)map);
	put32(&attr, 8, (uint32_t)arg_int(request, "flags", 0));
	put32(&attr, 12, (uint32_t)arg_fd(request, "oldMap"));
	reply_result(reply, bpf_call(CMD_LINK_UPDATE, &attr));
}

static void link_update(const struct request *request, struct reply *reply)
{
	struct attr attr;
	int link_fd = arg_fd(request, "link");
	int prog_fd = arg_fd(request, "prog");
	const char *refused = refuse_link(link_fd);
	int link = kind_of_fd(link_fd) == 'l' ? object_with_id('l', id_of_fd(link_fd)) : -1;
	int next = kind_of_fd(prog_fd) == 'p' ? object_with_id('p', id_of_fd(prog_fd)) : -1;
	if (refused == NULL && link >= 0 && kind_of_fd(prog_fd) == 'p')
		refused = refuse_update(request, link, next);
	if (refused != NULL)
		return reply_status(reply, "%s", refused);
	if (link >= 0 && type_of_fd(link_fd) == LINK_STRUCT_OPS)
		return update_ops(request, reply, link_fd);
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)link_fd);
	put32(&attr, 4, (uint32_t)prog_fd);
	put32(&attr, 8, (uint32_t)arg_int(request, "flags", 0));
	put32(&attr, 12, (uint32_t)arg_fd(request, "oldProg"));
	long result = bpf_call(CMD_LINK_UPDATE, &attr);
	reply_result(reply, result);
	if (result < 0 || link < 0)
		return;
	if (storage_of(next) != storage_of(shared->objects[link].prog))
		shared->no_traffic = true;
	shared->objects[link].prog = next;
}

static void link_detach(const struct request *request, struct reply *reply)
{
	struct attr attr;
	int link = arg_fd(request, "link");
	const char *refused = refuse_link(link);
	if (refused != NULL)
		return reply_status(reply, "%s", refused);
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)link);
	reply_result(reply, bpf_call(CMD_LINK_DETACH, &attr));
}

void reply_names(struct reply *reply, const char *key, const uint32_t *ids, uint32_t count)
{
	char names[IDS_MAX * (NAME_LEN + 1)] = "", buffer[NAME_LEN];
	size_t len = 0;
	for (uint32_t i = 0; i < count; i++)
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i == 0 ? "" : ",",
					object_name('p', ids[i], buffer));
	reply_add(reply, "%s=%s", key, names);
}

static void reply_flags(struct reply *reply, const uint32_t *flags, uint32_t count)
{
	char text[IDS_MAX * 12] = "";
	size_t len = 0;
	for (uint32_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%u", i == 0 ? "" : ",", flags[i]);
	reply_add(reply, "progAttachFlags=%s", text);
}

/* - where a program has no link. */
static void reply_links(struct reply *reply, const uint32_t *ids, uint32_t count)
{
	char names[LINE_LEN / 4] = "", buffer[NAME_LEN];
	size_t len = 0;
	for (uint32_t i = 0; i < count && len + NAME_LEN + 2 < sizeof names; i++)
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i == 0 ? "" : ",",
					ids[i] == 0 ? "-" : object_name('l', ids[i], buffer));
	reply_add(reply, "links=%s", names);
}

static void query(const struct request *request, struct reply *reply)
{
	int target, opened;
	struct attr attr;
	uint32_t ids[IDS_MAX] = {0}, flags[IDS_MAX] = {0}, links[IDS_MAX] = {0};
	bool buffers = arg(request, "noBuffers") == NULL;
	uint32_t capacity = (uint32_t)arg_int(request, "capacity", IDS_MAX);
	if (capacity > IDS_MAX)
		capacity = IDS_MAX;
	if (!arg_target(request, &target, &opened))
		return reply_result(reply, -1);
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)target);
	put32(&attr, 4, (uint32_t)arg_int(request, "attachType", 0));
	put32(&attr, 8, (uint32_t)arg_int(request, "flags", 0));
	put32(&attr, 12, (uint32_t)arg_int(request, "rawAttachFlags", 0));
	if (buffers) {
		put64(&attr, 16, (uint64_t)(uintptr_t)ids);
		put32(&attr, 24, capacity);
	}
	if (arg(request, "progAttachFlags") != NULL)
		put64(&attr, 32, (uint64_t)(uintptr_t)flags);
	/* Lists of devices say which links own their programs; others have to be asked. */
	uint32_t type = get32(&attr, 4);
	bool owners = type == 46 || type == 47 || type == 54 || type == 55;
	if (buffers && (owners || arg(request, "linkIds") != NULL))
		put64(&attr, 40, (uint64_t)(uintptr_t)links);
	long result = bpf_call(CMD_PROG_QUERY, &attr);
	finish(reply, result, opened);
	if (result < 0 && errno != ENOSPC)
		return;
	uint32_t count = get32(&attr, 24);
	uint32_t written = !buffers ? 0 : count < capacity ? count : capacity;
	reply_add(reply, "count=%u", count);
	reply_names(reply, "progs", ids, written);
	reply_add(reply, "attachFlags=%u", get32(&attr, 12));
	reply_add(reply, "revision=%llu", (unsigned long long)get64(&attr, 56));
	if (arg(request, "progAttachFlags") != NULL)
		reply_flags(reply, flags, written);
	if (owners)
		reply_links(reply, links, written);
	bool linked = false;
	for (int i = 0; i < IDS_MAX; i++)
		linked |= links[i] != 0;
	reply_add(reply, "linkIdsWritten=%s", linked ? "true" : "false");
}

bool op_bpf(const struct request *request, struct reply *reply)
{
	if (is(request->op, "prog_attach"))
		attach_or_detach(request, reply, CMD_PROG_ATTACH);
	else if (is(request->op, "prog_detach"))
		attach_or_detach(request, reply, CMD_PROG_DETACH);
	else if (is(request->op, "link_create"))
		link_create(request, reply);
	else if (is(request->op, "link_update"))
		link_update(request, reply);
	else if (is(request->op, "link_detach"))
		link_detach(request, reply);
	else if (is(request->op, "query"))
		query(request, reply);
	else
		return false;
	return true;
}
