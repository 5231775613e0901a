/*
 * struct_ops, for machines that were booted for the agent only. A map registers a congestion control whose functions do
 * nothing, but for those of the trace, which log; a connection that uses it is an event.
 */
#include "agent.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum {
	CMD_MAP_DELETE = 3,
	CMD_PROG_LOAD = 5,
	CMD_MAP_BY_ID = 14,
	MAP_STRUCT_OPS = 26,
	STRUCT_OPS = 27,
	BPF_F_LINK = 1 << 13,
};

#define OPS "tcp_congestion_ops"
#define VALUE "bpf_struct_ops_" OPS

/* What the subsystem asks for. */
static const char *const WANTED[] = {"ssthresh", "undo_cwnd", "cong_avoid"};
enum { WANTED_COUNT = sizeof WANTED / sizeof *WANTED };

/* Until the map holds them. */
static int programs[WANTED_COUNT], programs_used;

bool describe_ops_map(struct attr *attr, bool by_link)
{
	struct member data;
	uint32_t unused[1];
	const struct function none = {.name = "unused"};
	if (!kernel_member(VALUE, "data", &data))
		return false;
	int btf = functions_btf("unused", &none, 1, unused);
	/* A map of this kind lies in the BTF of whoever makes it, and its value in the kernel's. */
	put32(attr, 8, data.size);
	put32(attr, 12, 1);
	put32(attr, 16, by_link ? BPF_F_LINK : 0);
	put32(attr, 48, (uint32_t)btf);
	put32(attr, 60, kernel_type(VALUE, BTF_STRUCT));
	return btf >= 0;
}

static int load_member(uint32_t structure, uint32_t index)
{
	static const uint64_t code[] = {0x00000000000000b7, 0x0000000000000095}; /* r0 = 0; exit */
	struct attr attr;
	attr_init(&attr, NULL);
	put32(&attr, 0, STRUCT_OPS);
	put32(&attr, 4, 2);
	put64(&attr, 8, (uint64_t)(uintptr_t)code);
	put64(&attr, 16, (uint64_t)(uintptr_t)"GPL");
	put32(&attr, 68, index);
	put32(&attr, 108, structure);
	return (int)bpf_call(CMD_PROG_LOAD, &attr);
}

/* Which function of the structure a program is for. */
void put_ops_member(struct attr *attr, const struct request *request)
{
	struct member own;
	const char *structure = arg(request, "structOps"), *name = arg(request, "member");
	if (structure == NULL || name == NULL || !kernel_member(structure, name, &own))
		return; /* the kernel says what is wrong with it */
	put32(attr, 68, own.index);
	put32(attr, 108, kernel_type(structure, BTF_STRUCT));
}

/* `member:handle,...` */
static bool put_members(const struct request *request, char *structure)
{
	struct member own;
	char names[NAME_LEN * 4];
	const char *given = arg(request, "opsMembers");
	snprintf(names, sizeof names, "%s", given == NULL ? "" : given);
	for (char *rest = names, *one = given == NULL ? NULL : strsep(&rest, ","); one != NULL; one = strsep(&rest, ",")) {
		char *handle = strchr(one, ':');
		if (handle == NULL)
			return false;
		*handle++ = '\0';
		int fd = fd_named(handle);
		if (!kernel_member(OPS, one, &own))
			return false;
		memcpy(structure + own.offset, &fd, sizeof fd);
	}
	return true;
}

/* The value of a map: the name that it registers, and programs for the functions that nobody can do without. */
bool fill_ops(const struct request *request, void *value, size_t size)
{
	struct member data, own;
	char *bytes = value;
	const char *name = arg(request, "opsName");
	uint32_t structure = kernel_type(OPS, BTF_STRUCT);
	if (!kernel_member(VALUE, "data", &data) || data.size > size || !kernel_member(OPS, "name", &own))
		return false;
	snprintf(bytes + data.offset + own.offset, 16, "%s", name == NULL ? "" : name);
	for (int i = 0; i < WANTED_COUNT; i++) {
		if (!kernel_member(OPS, WANTED[i], &own))
			return false;
		int fd = load_member(structure, own.index);
		if (fd < 0)
			return false;
		programs[programs_used++] = fd;
		memcpy(bytes + data.offset + own.offset, &fd, sizeof fd);
	}
	return put_members(request, bytes + data.offset);
}

/* What a map registers by itself belongs to nobody: it would outlive its trace. */
void unregister_ops(void)
{
	for (int i = 0; i < shared->objects_used; i++) {
		struct attr attr;
		uint32_t key = 0;
		if (shared->objects[i].kind != 'm')
			continue;
		attr_init(&attr, NULL);
		put32(&attr, 0, shared->objects[i].id);
		int fd = (int)bpf_call(CMD_MAP_BY_ID, &attr);
		if (fd < 0)
			continue;
		attr_init(&attr, NULL);
		put32(&attr, 0, (uint32_t)fd);
		put64(&attr, 8, (uint64_t)(uintptr_t)&key);
		if (type_of_fd(fd) == MAP_STRUCT_OPS)
			bpf_call(CMD_MAP_DELETE, &attr);
		close(fd);
	}
}

void forget_ops(void)
{
	while (programs_used > 0)
		close(programs[--programs_used]);
}

/* A connection over loopback whose first end uses the algorithm; it is reset at once, so that nothing of it stays. */
void connect_with_ops(const struct request *request, struct reply *reply)
{
	struct sockaddr_in at;
	const struct linger reset = {.l_onoff = 1};
	const char *name = arg(request, "name");
	if (name == NULL)
		return reply_status(reply, "!unsupported: a connection that asks for no algorithm");
	int server = listening(&at), client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	if (setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)) < 0) {
		reply_result(reply, -1);
	} else {
		start_log();
		if (connect(client, (struct sockaddr *)&at, sizeof at) < 0)
			reply_status(reply, "!unsupported: a connection over loopback: %s", strerror(errno));
		else
			conclude_event(reply, 0);
	}
	close(client);
	close(server);
}
