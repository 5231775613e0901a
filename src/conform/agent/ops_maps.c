/* Maps and their entries. */
#include "agent.h"

enum {
	CMD_MAP_CREATE = 0,
	CMD_MAP_LOOKUP = 1,
	CMD_MAP_UPDATE = 2,
	CMD_MAP_DELETE = 3,
	CMD_MAP_FREEZE = 22,
	MAP_PROG_ARRAY = 3,
	MAP_DEVMAP = 14,
	MAP_CPUMAP = 16,
	MAP_STRUCT_OPS = 26,
};

static const uint32_t KNOWN[] = {1 /* hash */, 2 /* array */, MAP_PROG_ARRAY, MAP_DEVMAP, MAP_CPUMAP, 15 /* sockmap */, 18 /* sockhash */, 19 /* cgroup_storage */};

static bool is_known(uint32_t type)
{
	for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
		if (KNOWN[i] == type)
			return true;
	return false;
}

static void map_create(const struct request *request, struct reply *reply)
{
	struct attr attr;
	uint32_t type = (uint32_t)arg_int(request, "type", 0);
	attr_init(&attr, request);
	put32(&attr, 0, type);
	put32(&attr, 4, (uint32_t)arg_int(request, "keySize", 4));
	put32(&attr, 8, (uint32_t)arg_int(request, "valueSize", 8));
	put32(&attr, 12, (uint32_t)arg_int(request, "maxEntries", 0));
	if (type == MAP_STRUCT_OPS && !shared->booted)
		return reply_status(reply, "!refused: struct_ops can stop a kernel");
	if (type == MAP_STRUCT_OPS && !describe_ops_map(&attr, arg(request, "linkFlag") != NULL))
		return reply_status(reply, "!unsupported: the kernel has no struct_ops for congestion control");
	if (type != MAP_STRUCT_OPS && !is_known(type))
		return reply_status(reply, "!unsupported: map type %u", type);
	long fd = bpf_call(CMD_MAP_CREATE, &attr);
	reply_result(reply, fd);
	if (fd < 0)
		return;
	add_object('m', is(request->as, "-") ? arg(request, "map") : request->as, id_of_fd((int)fd));
	install(reply, request->as, (int)fd);
}

/* An integer, or a cgroup and perhaps an attach type. */
static void put_key(const struct request *request, uint64_t key[2])
{
	const char *name = arg(request, "keyCgroup");
	key[0] = arg_int(request, "key", 0);
	key[1] = 0;
	if (name == NULL)
		return;
	const struct cgroup *cgroup = cgroup_named(name);
	key[0] = cgroup == NULL ? 0 : cgroup->ino;
	key[1] = arg_int(request, "keyAttachType", 0);
}

/* Entries that say where a frame goes, and which program it meets there: `struct bpf_devmap_val`, `struct bpf_cpumap_val`. */
static bool is_redirect(uint32_t type) { return type == MAP_DEVMAP || type == MAP_CPUMAP; }

static uint64_t redirect_value(const struct request *request)
{
	uint64_t where = arg_int(request, "value", 0);
	if (arg(request, "netdev") != NULL)
		where = (uint32_t)arg_ifindex(request);
	uint32_t fd = arg(request, "valueProg") == NULL ? 0 : (uint32_t)arg_fd(request, "valueProg");
	return where | (uint64_t)fd << 32;
}

static void show_redirect(struct reply *reply, uint32_t type, uint64_t value)
{
	char buffer[NAME_LEN];
	uint32_t where = (uint32_t)value, program = (uint32_t)(value >> 32);
	int netdev = type == MAP_DEVMAP ? netdev_with_index((int)where) : -1;
	reply_add(reply, "prog=%s", program == 0 ? "" : object_name('p', program, buffer));
	if (type == MAP_CPUMAP)
		reply_add(reply, "value=%u", where);
	else
		reply_add(reply, "netdev=%s", netdev < 0 ? "" : shared->netdevs[netdev].name);
}

static void map_lookup(const struct request *request, struct reply *reply)
{
	struct attr attr;
	char buffer[NAME_LEN];
	uint64_t key[2], value[8] = {0};
	int map = arg_fd(request, "map");
	put_key(request, key);
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)map);
	put64(&attr, 8, (uint64_t)(uintptr_t)key);
	put64(&attr, 16, (uint64_t)(uintptr_t)value);
	long result = bpf_call(CMD_MAP_LOOKUP, &attr);
	reply_result(reply, result);
	if (result >= 0 && is_redirect(type_of_fd(map)))
		show_redirect(reply, type_of_fd(map), value[0]);
	else if (result >= 0 && type_of_fd(map) == MAP_PROG_ARRAY)
		reply_add(reply, "prog=%s", object_name('p', (uint32_t)value[0], buffer));
	else if (result >= 0)
		reply_add(reply, "value=%llu", (unsigned long long)value[0]);
}

static void map_update(const struct request *request, struct reply *reply)
{
	struct attr attr;
	uint64_t key[2];
	static uint64_t value[512];
	int map = arg_fd(request, "map");
	memset(value, 0, sizeof value);
	put_key(request, key);
	value[0] = arg(request, "valueProg") != NULL ? (uint32_t)arg_fd(request, "valueProg") : arg_int(request, "value", 0);
	if (kind_of_fd(map) == 'm' && is_redirect(type_of_fd(map)))
		value[0] = redirect_value(request);
	if (kind_of_fd(map) == 'm' && type_of_fd(map) == MAP_STRUCT_OPS &&
	    !fill_ops(request, value, sizeof value))
		return reply_status(reply, "!unsupported: struct_ops programs do not load: %s", strerror(errno));
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)map);
	put64(&attr, 8, (uint64_t)(uintptr_t)key);
	put64(&attr, 16, (uint64_t)(uintptr_t)value);
	put64(&attr, 24, arg_int(request, "flags", 0));
	reply_result(reply, bpf_call(CMD_MAP_UPDATE, &attr));
	forget_ops();
}

static void map_delete(const struct request *request, struct reply *reply)
{
	struct attr attr;
	uint64_t key[2];
	put_key(request, key);
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)arg_fd(request, "map"));
	put64(&attr, 8, (uint64_t)(uintptr_t)key);
	reply_result(reply, bpf_call(CMD_MAP_DELETE, &attr));
}

static void map_freeze(const struct request *request, struct reply *reply)
{
	struct attr attr;
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)arg_fd(request, "map"));
	reply_result(reply, bpf_call(CMD_MAP_FREEZE, &attr));
}

bool op_maps(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "map_create"))
		map_create(request, reply);
	else if (is(op, "map_lookup"))
		map_lookup(request, reply);
	else if (is(op, "map_update"))
		map_update(request, reply);
	else if (is(op, "map_delete"))
		map_delete(request, reply);
	else if (is(op, "map_freeze"))
		map_freeze(request, reply);
	else
		return false;
	return true;
}
