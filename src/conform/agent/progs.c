/*
 * Programs: what each writes into the order log, the functions that it calls, its tail calls, and PROG_LOAD. They are as
 * small as their kind allows.
 */
#include "agent.h"
#include <linux/capability.h>
#include <sys/syscall.h>

enum {
	CMD_PROG_LOAD = 5,
	FUNCTIONS_MAX = 8,
	CODE_MAX = 512,
	HELPER_TAIL_CALL = 12,
	HELPER_PULL_DATA = 39,
	HELPER_LOCAL_STORAGE = 81,
	HELPER_SEQ_WRITE = 127,
	HELPER_SET_RETVAL = 187,
	/* Offsets of what tells an event of ours: the number of a system call, the first argument of a function. */
	SYSCALL_NUMBER = 8,
	FIRST_ARGUMENT = 112,
	TEXT_MAX = 64,
};

enum {
	KPROBE = 2,
	SCHED_CLS = 3,
	TRACEPOINT = 5,
	XDP = 6,
	PERF_EVENT = 7,
	CGROUP_SKB = 8,
	RAW_TRACEPOINT = 17,
	TRACING = 26,
	STRUCT_OPS = 27,
	EXT = 28,
	LSM = 29,
	TRACE_RAW_TP = 23,
	MODIFY_RETURN = 26,
	TRACE_ITER = 28,
	TRACE_UPROBE_MULTI = 48,
};

struct insn {
	uint8_t code;
	uint8_t regs; /* destination in the low half */
	int16_t off;
	int32_t imm;
};

#define REGS(dst, src) (uint8_t)((dst) | (src) << 4)

struct program {
	uint32_t type, attach_type;
	int32_t number; /* that it logs: its place in the table of objects; its functions have the places behind it */
	struct insn code[CODE_MAX];
	int count;
	/* The first is the main function. */
	struct function functions[FUNCTIONS_MAX];
	int32_t returns[FUNCTIONS_MAX];
	int starts[FUNCTIONS_MAX];
	uint32_t ids[FUNCTIONS_MAX]; /* in BTF */
	bool has_btf;
	int functions_used;
	int skips[4]; /* jumps to the end */
	int skips_used;
};

static void emit(struct program *program, uint8_t code, uint8_t regs, int16_t off, int32_t imm)
{
	if (program->count < CODE_MAX)
		program->code[program->count++] = (struct insn){code, regs, off, imm};
}

static void emit_wide(struct program *program, uint8_t regs, uint64_t value)
{
	emit(program, 0x18, regs, 0, (int32_t)value);
	emit(program, 0, 0, 0, (int32_t)(value >> 32));
}

/*
 * The order log without atomics, which old kernels lack: counter and slots are one array element, and events of a trace
 * come one at a time.
 */
static void emit_log(struct program *program, int32_t number)
{
	emit_wide(program, REGS(1, 2), FD_LOG);             /* r1 = &log */
	emit(program, 0x61, REGS(2, 1), 0, 0);              /* r2 = log->count */
	emit(program, 0xbf, REGS(3, 2), 0, 0);              /* r3 = r2 */
	emit(program, 0x57, REGS(3, 0), 0, LOG_SLOTS - 1);  /* r3 &= LOG_SLOTS - 1 */
	emit(program, 0x67, REGS(3, 0), 0, 2);              /* r3 *= 4 */
	emit(program, 0x07, REGS(2, 0), 0, 1);              /* r2 += 1 */
	emit(program, 0x63, REGS(1, 2), 0, 0);              /* log->count = r2 */
	emit(program, 0x0f, REGS(1, 3), 0, 0);              /* r1 += r3 */
	emit(program, 0x62, REGS(1, 0), offsetof(struct order_log, slots), number);
}

/* Jumps to the end if r2 is not r3. */
static void emit_skip(struct program *program, uint8_t code, uint8_t regs, int32_t imm)
{
	program->skips[program->skips_used++] = program->count;
	emit(program, code, regs, 0, imm);
}

/* Whatever the whole system does at this place: only what the agent itself makes is an event. */
static void emit_filter(struct program *program, int16_t offset)
{
	emit(program, 0x79, REGS(2, 6), offset, 0);
	emit_wide(program, REGS(3, 0), shared->event_number);
	emit_skip(program, 0x5d, REGS(2, 3), 0);
}

/* An interrupt may come while another program writes the log: each such program has a slot of its own, for a time. */
static void emit_sample(struct program *program)
{
	int16_t slot = (int16_t)(offsetof(struct order_log, slots) + 4 * (program->number % LOG_SLOTS));
	emit_wide(program, REGS(1, 2), FD_LOG);
	emit(program, 0x61, REGS(2, 1), offsetof(struct order_log, sampling), 0);
	emit_skip(program, 0x15, REGS(2, 0), 0);
	emit(program, 0x62, REGS(1, 0), slot, program->number + 1);
}

/* Once for each reading: with the call behind the last element, which gets none. */
static void emit_iterator(struct program *program, const char *text, bool of_map)
{
	char padded[TEXT_MAX] = "";
	emit(program, 0x79, REGS(7, 6), 0, 0); /* r7 = ctx->meta */
	emit(program, 0x79, REGS(2, 6), of_map ? 16 : 8, 0);
	emit_skip(program, 0x55, REGS(2, 0), 0);
	emit_log(program, program->number);
	if (text == NULL)
		return;
	snprintf(padded, sizeof padded, "%s", text);
	for (int at = 0; at < TEXT_MAX; at += 4) {
		int32_t word;
		memcpy(&word, padded + at, sizeof word);
		emit(program, 0x62, REGS(10, 0), (int16_t)(at - TEXT_MAX), word);
	}
	emit(program, 0x79, REGS(1, 7), 0, 0); /* r1 = meta->seq */
	emit(program, 0xbf, REGS(2, 10), 0, 0);
	emit(program, 0x07, REGS(2, 0), 0, -TEXT_MAX);
	emit(program, 0xb7, REGS(3, 0), 0, (int32_t)strlen(padded));
	emit(program, 0x85, 0, 0, HELPER_SEQ_WRITE);
}

static void emit_storage(struct program *program, int storage_fd)
{
	emit_wide(program, REGS(1, 1), (uint32_t)storage_fd);
	emit(program, 0xb7, REGS(2, 0), 0, 0);
	emit(program, 0x85, 0, 0, HELPER_LOCAL_STORAGE);
	emit(program, 0x79, REGS(1, 0), 0, 0);
	emit(program, 0x07, REGS(1, 0), 0, 1);
	emit(program, 0x7b, REGS(0, 1), 0, 0);
}

static void emit_entry(struct program *program, const struct request *request)
{
	const char *at = arg(request, "tp");
	bool named = at == NULL || is(at, "sys_enter");
	bool raw = program->type == RAW_TRACEPOINT || (program->type == TRACING && program->attach_type == TRACE_RAW_TP);
	if (program->type == PERF_EVENT)
		return emit_sample(program);
	if (program->type == TRACING && program->attach_type == TRACE_ITER)
		return emit_iterator(program, arg(request, "iterOutput"),
				     arg(request, "iter") != NULL && is(arg(request, "iter"), "bpf_map_elem"));
	/* Nobody makes events at other tracepoints, whose arguments are others. */
	if (raw && !named)
		return;
	if (raw || program->type == TRACEPOINT)
		emit_filter(program, SYSCALL_NUMBER);
	if (program->type == KPROBE && program->attach_type == TRACE_UPROBE_MULTI)
		emit_filter(program, FIRST_ARGUMENT);
	emit_log(program, program->number);
}

/* What the verifier takes for a change of the packet: pulling none of it in. The context is in r6. */
static void emit_change(struct program *program)
{
	emit(program, 0xbf, REGS(1, 6), 0, 0);
	emit(program, 0xb7, REGS(2, 0), 0, 0);
	emit(program, 0x85, 0, 0, HELPER_PULL_DATA);
}

/* Calls the functions in order; r7 is what the last one returned. */
static void emit_calls(struct program *program, int calls[FUNCTIONS_MAX])
{
	for (int i = 1; i < program->functions_used; i++) {
		emit(program, 0xbf, REGS(1, 6), 0, 0);
		if (program->functions[i].two_arguments)
			emit(program, 0xb7, REGS(2, 0), 0, 0);
		calls[i] = program->count;
		emit(program, 0x85, REGS(0, 1), 0, 0);
		emit(program, 0xbf, REGS(7, 0), 0, 0);
	}
}

/* `tailCalls=map:index,...`: the map by its handle. */
static void emit_tail_calls(struct program *program, const struct request *request)
{
	char list[LINE_LEN / 4];
	const char *given = arg(request, "tailCalls");
	snprintf(list, sizeof list, "%s", given == NULL ? "" : given);
	for (char *rest = list, *one = strsep(&rest, ","); one != NULL; one = strsep(&rest, ",")) {
		char *index = strrchr(one, ':');
		if (index == NULL)
			continue;
		*index++ = '\0';
		const struct handle *map = handle_named(own_table(), one);
		emit(program, 0xbf, REGS(1, 6), 0, 0);
		emit_wide(program, REGS(2, 1), (uint32_t)(map != NULL ? map->fd : NOT_OPEN));
		emit(program, 0xb7, REGS(3, 0), 0, atoi(index));
		emit(program, 0x85, 0, 0, HELPER_TAIL_CALL);
	}
}

/* What a program of this type may return is known to the verifier, which knows nothing of a global function. */
static bool is_checked(uint32_t type) { return type == CGROUP_SKB; }

static void emit_program(struct program *program, const struct request *request, int storage_fd)
{
	int calls[FUNCTIONS_MAX];
	const char *retval = arg(request, "setRetval");
	bool changes = arg(request, "changesPacket") != NULL;
	emit(program, 0xbf, REGS(6, 1), 0, 0); /* r6 = the context */
	if (retval != NULL) {
		emit(program, 0xb7, REGS(1, 0), 0, -(int32_t)strtol(retval, NULL, 10));
		emit(program, 0x85, 0, 0, HELPER_SET_RETVAL);
	}
	if (storage_fd >= 0)
		emit_storage(program, storage_fd);
	emit_entry(program, request);
	if (changes)
		emit_change(program);
	emit_calls(program, calls);
	emit_tail_calls(program, request);
	if (arg(request, "returns") != NULL || program->functions_used < 2)
		emit(program, 0xb7, REGS(0, 0), 0, program->returns[0]);
	else
		emit(program, 0xbf, REGS(0, 7), 0, 0);
	if (arg(request, "returns") == NULL && program->functions_used > 1 && is_checked(program->type))
		emit(program, 0x57, REGS(0, 0), 0, 1);
	emit(program, 0x95, 0, 0, 0);
	if (program->skips_used > 0) {
		for (int i = 0; i < program->skips_used; i++)
			program->code[program->skips[i]].off = (int16_t)(program->count - program->skips[i] - 1);
		emit(program, 0xb7, REGS(0, 0), 0, 0);
		emit(program, 0x95, 0, 0, 0);
	}
	for (int i = 1; i < program->functions_used; i++) {
		program->starts[i] = program->count;
		program->code[calls[i]].imm = program->count - calls[i] - 1;
		emit(program, 0xbf, REGS(6, 1), 0, 0);
		emit_log(program, program->number + i);
		if (changes)
			emit_change(program);
		emit(program, 0xb7, REGS(0, 0), 0, program->returns[i]);
		emit(program, 0x95, 0, 0, 0);
	}
}

/* `functions=name:static:two:returns,...`, those that the main function calls. */
static void read_functions(struct program *program, const struct request *request)
{
	static char list[LINE_LEN / 4];
	const char *given = arg(request, "functions"), *name = arg(request, "mainFunc");
	program->functions[0].name = name != NULL ? name : "main_function";
	program->functions[0].two_arguments = arg(request, "mainTwo") != NULL;
	program->returns[0] = (int32_t)arg_int(request, "returns", 1);
	program->functions_used = 1;
	snprintf(list, sizeof list, "%s", given == NULL ? "" : given);
	for (char *rest = list, *one = strsep(&rest, ","); one != NULL; one = strsep(&rest, ",")) {
		char *own = one;
		const char *parts[4] = {NULL};
		for (int i = 0; i < 4 && own != NULL; i++)
			parts[i] = strsep(&own, ":");
		if (parts[3] == NULL || program->functions_used == FUNCTIONS_MAX)
			continue;
		program->functions[program->functions_used] = (struct function){
			.name = parts[0],
			.is_static = is(parts[1], "1"),
			.two_arguments = is(parts[2], "1"),
		};
		program->returns[program->functions_used++] = atoi(parts[3]);
	}
}

/* What the functions of a program get: what an extension says, or what its target does. */
static const char *context_of(const struct request *request, uint32_t type)
{
	const char *named = arg(request, "ctxStruct");
	if (named != NULL)
		return named;
	if (type == EXT) {
		int target = arg(request, "targetProg") == NULL ? -1 : arg_fd(request, "targetProg");
		type = target < 0 ? SCHED_CLS : type_of_fd(target);
	}
	return type == XDP ? "xdp_md" : type == TRACING || type == LSM ? NULL : "__sk_buff";
}

/* The kernel's name for the place of a program. */
static uint32_t place_of(const struct request *request)
{
	char name[NAME_LEN * 2];
	const char *at;
	if ((at = arg(request, "kernelFunc")) != NULL)
		return kernel_type(at, BTF_FUNC);
	if ((at = arg(request, "lsm")) != NULL) {
		snprintf(name, sizeof name, "bpf_lsm_%s", at);
		return kernel_type(name, BTF_FUNC);
	}
	if ((at = arg(request, "iter")) != NULL) {
		snprintf(name, sizeof name, "bpf_iter_%s", at);
		return kernel_type(name, BTF_FUNC);
	}
	if ((at = arg(request, "tp")) != NULL) {
		snprintf(name, sizeof name, "btf_trace_%s", at);
		return kernel_type(name, BTF_TYPEDEF);
	}
	return 0;
}

/* attach_btf_id and attach_prog_fd: a function of a program, or a place of the kernel. */
static void put_place(struct attr *attr, const struct request *request, uint32_t type)
{
	const char *func = arg(request, "targetFunc");
	if (arg(request, "targetProg") != NULL) {
		int target = arg_fd(request, "targetProg");
		put32(attr, 108, func == NULL ? 0 : program_function(target, func));
		put32(attr, 112, (uint32_t)target);
	} else if (type == TRACING || type == LSM || arg(request, "kernelFunc") != NULL) {
		put32(attr, 108, place_of(request));
	}
}

bool is_mighty(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & 1U << CAP_SYS_ADMIN) != 0;
}

/* Some kernels are built to refuse programs that change what other code does, whoever loads them. */
static bool is_policy(uint32_t type, int error)
{
	return error == EPERM && (type == EXT || type == LSM || type == TRACING) && is_mighty();
}

/* Why a program cannot be for the place that it names, whatever the rules are: this kernel has none of the kind. */
static const char *missing_place(const struct request *request, uint32_t type, uint32_t attach_type, int error)
{
	const char *func = arg(request, "kernelFunc");
	bool named = func != NULL || arg(request, "lsm") != NULL || arg(request, "iter") != NULL;
	if (error != EINVAL || (type != TRACING && type != LSM))
		return NULL;
	if (named && place_of(request) == 0)
		return "!unsupported: the kernel has no %s that is called so";
	/* Kernels before 6.3 ask for a list that only error injection makes. */
	if (attach_type == MODIFY_RETURN && func != NULL && strncmp(func, "bpf_modify_return_test", 22) == 0)
		return "!unsupported: the kernel lets no function be changed by %s";
	return NULL;
}

static void tell_verifier(struct attr *attr)
{
	static char log[65536];
	if (getenv("LASTREF_AGENT_DEBUG") == NULL)
		return;
	put32(attr, 24, 1);
	put32(attr, 28, sizeof log);
	put64(attr, 32, (uint64_t)(uintptr_t)log);
	bpf_call(CMD_PROG_LOAD, attr);
	fprintf(stderr, "%s\n", log);
}

/* Those that log have the places behind the program; the main function logs as the program. */
static void name_functions(const struct program *program, const char *name)
{
	char full[NAME_LEN * 2 + 2];
	for (int i = 1; i <= program->functions_used; i++) {
		int place = i % program->functions_used;
		snprintf(full, sizeof full, "%s:%s", name, program->functions[place].name);
		int index = add_object('f', full, 0);
		if (index >= 0)
			shared->objects[index].btf_id = program->ids[place];
	}
}

static long load(struct program *program, const struct request *request)
{
	struct attr attr;
	uint32_t infos[FUNCTIONS_MAX][2];
	bool described = program->functions_used > 1 || program->type == EXT || arg(request, "mainFunc") != NULL;
	int btf = -1;
	attr_init(&attr, request);
	put32(&attr, 0, program->type);
	put32(&attr, 4, (uint32_t)program->count);
	put64(&attr, 8, (uint64_t)(uintptr_t)program->code);
	put64(&attr, 16, (uint64_t)(uintptr_t)"GPL");
	memcpy(attr.bytes + 48, "lastref", 7);
	put32(&attr, 44, (uint32_t)arg_int(request, "progFlags", 0));
	if (arg(request, "netdev") != NULL)
		put32(&attr, 64, (uint32_t)arg_ifindex(request));
	put32(&attr, 68, program->attach_type);
	put_place(&attr, request, program->type);
	if (program->type == STRUCT_OPS)
		put_ops_member(&attr, request);
	if (described && arg(request, "noBtf") == NULL) {
		btf = functions_btf(context_of(request, program->type), program->functions, program->functions_used,
				    program->ids);
		program->has_btf = btf >= 0;
		for (int i = 0; i < program->functions_used; i++) {
			infos[i][0] = (uint32_t)program->starts[i];
			infos[i][1] = program->ids[i];
		}
		put32(&attr, 72, (uint32_t)btf);
		put32(&attr, 76, sizeof infos[0]);
		put64(&attr, 80, (uint64_t)(uintptr_t)infos);
		put32(&attr, 88, (uint32_t)program->functions_used);
	}
	long fd = bpf_call(CMD_PROG_LOAD, &attr);
	int error = errno;
	if (fd < 0 && error != EPERM)
		tell_verifier(&attr);
	if (btf >= 0)
		close(btf);
	errno = error;
	return fd;
}

/* Once attached it logs whatever happens, also what the next trace does. */
static bool is_unfiltered(const struct program *program)
{
	return program->type == KPROBE || program->type == TRACEPOINT || program->type == PERF_EVENT || program->type == LSM || program->type == EXT ||
	       (program->type == TRACING && program->attach_type != TRACE_ITER && program->attach_type != TRACE_RAW_TP);
}

static void prog_load(const struct request *request, struct reply *reply)
{
	static struct program program;
	const char *storage = arg(request, "storage");
	int storage_fd = storage == NULL ? -1 : arg_fd(request, "storage");
	program = (struct program){
		.type = (uint32_t)arg_int(request, "type", 0),
		.attach_type = (uint32_t)arg_int(request, "expectedAttachType", 0),
		.number = shared->objects_used,
	};
	if (program.type == STRUCT_OPS && !shared->booted)
		return reply_status(reply, "!refused: struct_ops can stop a kernel");
	read_functions(&program, request);
	emit_program(&program, request, storage_fd);
	if (program.count == CODE_MAX)
		return reply_status(reply, "!unsupported: a program of that length");
	long fd = load(&program, request);
	reply_result(reply, fd);
	if (fd < 0 && is_policy(program.type, errno))
		return reply_status(reply, "!unsupported: the kernel refuses to load %s programs (EPERM)",
				    arg(request, "typeName"));
	const char *missing = fd < 0 ? missing_place(request, program.type, program.attach_type, errno) : NULL;
	if (missing != NULL)
		return reply_status(reply, missing, arg(request, "typeName"));
	if (fd < 0)
		return;
	const char *name = is(request->as, "-") ? arg(request, "prog") : request->as;
	int index = add_object('p', name, id_of_fd((int)fd));
	if (index < 0)
		return reply_status(reply, "!too many objects");
	shared->objects[index].has_btf = program.has_btf;
	if (program.has_btf || program.functions_used > 1)
		name_functions(&program, name);
	shared->objects[index].prog_type = program.type;
	shared->lingers |= is_unfiltered(&program);
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
