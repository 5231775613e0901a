/* Programs: trivial ones, which write their number into the order log and return what their template says. */
#include "agent.h"
#include <sys/syscall.h>

enum {
	CMD_PROG_LOAD = 5,
	PROG_STRUCT_OPS = 27,
};

struct insn {
	uint8_t code;
	uint8_t regs; /* destination in the low half */
	int16_t off;
	int32_t imm;
};

#define REGS(dst, src) (uint8_t)((dst) | (src) << 4)

/*
 * The order log without atomics, which old kernels lack: counter and slots are one array element, and events of a trace
 * come one at a time.
 */
static int emit_log(struct insn *code, int32_t number)
{
	const struct insn body[] = {
		{0x18, REGS(1, 2), 0, FD_LOG}, {0, 0, 0, 0},      /* r1 = &log */
		{0x61, REGS(2, 1), 0, 0},                          /* r2 = log->count */
		{0xbf, REGS(3, 2), 0, 0},                          /* r3 = r2 */
		{0x57, REGS(3, 0), 0, LOG_SLOTS - 1},              /* r3 &= LOG_SLOTS - 1 */
		{0x67, REGS(3, 0), 0, 2},                          /* r3 *= 4 */
		{0x07, REGS(2, 0), 0, 1},                          /* r2 += 1 */
		{0x63, REGS(1, 2), 0, 0},                          /* log->count = r2 */
		{0x0f, REGS(1, 3), 0, 0},                          /* r1 += r3 */
		{0x62, REGS(1, 0), offsetof(struct order_log, slots), number},
	};
	memcpy(code, body, sizeof body);
	return (int)(sizeof body / sizeof *body);
}

static int emit(struct insn *code, const struct request *request, int32_t number, int storage_fd)
{
	int n = 0;
	const char *retval = arg(request, "setRetval");
	if (retval != NULL) {
		code[n++] = (struct insn){0xb7, REGS(1, 0), 0, -(int32_t)strtol(retval, NULL, 10)};
		code[n++] = (struct insn){0x85, 0, 0, 187}; /* bpf_set_retval */
	}
	if (storage_fd >= 0) {
		code[n++] = (struct insn){0x18, REGS(1, 1), 0, storage_fd};
		code[n++] = (struct insn){0, 0, 0, 0};
		code[n++] = (struct insn){0xb7, REGS(2, 0), 0, 0};
		code[n++] = (struct insn){0x85, 0, 0, 81}; /* bpf_get_local_storage */
		code[n++] = (struct insn){0x79, REGS(1, 0), 0, 0};
		code[n++] = (struct insn){0x07, REGS(1, 0), 0, 1};
		code[n++] = (struct insn){0x7b, REGS(0, 1), 0, 0};
	}
	n += emit_log(code + n, number);
	code[n++] = (struct insn){0xb7, REGS(0, 0), 0, (int32_t)arg_int(request, "returns", 1)};
	code[n++] = (struct insn){0x95, 0, 0, 0};
	return n;
}

static void prog_load(const struct request *request, struct reply *reply)
{
	struct insn code[64];
	struct attr attr;
	static char log[4096];
	uint32_t type = (uint32_t)arg_int(request, "type", 0);
	const char *storage = arg(request, "storage");
	int storage_fd = storage == NULL ? -1 : arg_fd(request, "storage");
	if (type == PROG_STRUCT_OPS)
		return reply_status(reply, "!refused: struct_ops can stop a kernel");
	/* The number that the program logs is its place in the table of objects, taken now and named if the load succeeds. */
	int32_t number = shared->objects_used;
	int count = emit(code, request, number, storage_fd);
	attr_init(&attr, request);
	put32(&attr, 0, type);
	put32(&attr, 4, (uint32_t)count);
	put64(&attr, 8, (uint64_t)(uintptr_t)code);
	put64(&attr, 16, (uint64_t)(uintptr_t)"GPL");
	memcpy(attr.bytes + 48, "lastref", 7);
	put32(&attr, 68, (uint32_t)arg_int(request, "expectedAttachType", 0));
	long fd = bpf_call(CMD_PROG_LOAD, &attr);
	reply_result(reply, fd);
	if (fd < 0) {
		int error = errno;
		if (error == EACCES || error == EINVAL) {
			put32(&attr, 24, 1);
			put32(&attr, 28, sizeof log);
			put64(&attr, 32, (uint64_t)(uintptr_t)log);
			bpf_call(CMD_PROG_LOAD, &attr);
			if (getenv("LASTREF_AGENT_DEBUG") != NULL)
				fprintf(stderr, "%s\n", log);
		}
		return;
	}
	int index = add_object('p', is(request->as, "-") ? arg(request, "prog") : request->as, id_of_fd((int)fd));
	if (index < 0)
		return reply_status(reply, "!too many objects");
	shared->objects[index].prog_type = type;
	if (storage != NULL)
		shared->objects[index].storage = object_with_id('m', id_of_fd(storage_fd));
	install(reply, request->as, (int)fd);
}

bool op_programs(const struct request *request, struct reply *reply)
{
	if (!is(request->op, "prog_load"))
		return false;
	prog_load(request, reply);
	return true;
}
