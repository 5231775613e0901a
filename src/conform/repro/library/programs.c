//: log =log_fd
/* Where programs note that they ran: an array of one element, `count` and then their numbers. */
static int log_fd = -1;

static struct log {
	uint32_t count, slots[256];
} seen;

enum { NO_EVENT = 1000 };

static bool make_log(void)
{
	struct { uint32_t map_type, key_size, value_size, max_entries; } attr = { BPF_MAP_TYPE_ARRAY, 4, sizeof(seen), 1 };
	log_fd = ours(bpf(BPF_MAP_CREATE, &attr, sizeof(attr)));
	return log_fd >= 0;
}

//: log_element log
static int log_element(int command)
{
	uint32_t zero = 0;
	struct { uint64_t fd, key, value, flags; } attr = { log_fd, (uintptr_t)&zero, (uintptr_t)&seen, 0 };
	return result(syscall(__NR_bpf, command, &attr, sizeof(attr)));
}

//: id_of
/* Programs, links and maps have their id at the same place of their info. */
static uint32_t id_of(int fd)
{
	uint32_t info[4] = { 0 };
	struct { uint32_t fd, info_len; uint64_t info; } attr = { fd, sizeof(info), (uintptr_t)info };
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) < 0 ? 0 : info[1];
}

//: insn
struct insn {
	uint8_t code, registers;
	int16_t off;
	int32_t imm;
};

//: prog_load insn
static int load(const struct insn *code, size_t size, int type, int expected_attach_type, int program)
{
	struct {
		uint32_t prog_type, insn_cnt;
		uint64_t insns, license;
		uint32_t log_level, log_size;
		uint64_t log_buf;
		uint32_t kern_version, prog_flags;
		char name[16];
		uint32_t ifindex, expected_attach_type;
	} attr = { .prog_type = type, .insn_cnt = size / sizeof(*code), .insns = (uintptr_t)code,
		   .license = (uintptr_t)"GPL", .name = "lastref", .expected_attach_type = expected_attach_type };
	int fd = bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	for (int tries = 0; fd == -EAGAIN && tries < 5; tries++) /* a signal came in between */
		fd = bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0)
		shared->prog_id[program] = id_of(fd);
	return fd;
}

//: load_quiet id_of prog_load
/* A program that returns a value. */
static int prog_load(int type, int expected_attach_type, int program, int returns)
{
	const struct insn code[] = {
		{ 0xb7, 0, 0, returns }, /* r0 = returns */
		{ 0x95, 0, 0, 0 },       /* exit */
	};
	return load(code, sizeof(code), type, expected_attach_type, program);
}

//: load_logging id_of prog_load log
/* A program that notes its number in the log, and returns a value. */
static int prog_load(int type, int expected_attach_type, int program, int returns)
{
	const struct insn code[] = {
		{ 0x18, 0x21, 0, log_fd }, { 0, 0, 0, 0 }, /* r1 = &log */
		{ 0x61, 0x12, 0, 0 },                      /* r2 = log->count */
		{ 0xbf, 0x23, 0, 0 },                      /* r3 = r2 */
		{ 0x57, 0x03, 0, 255 },                     /* r3 &= 255 */
		{ 0x67, 0x03, 0, 2 },                      /* r3 <<= 2 */
		{ 0x07, 0x02, 0, 1 },                      /* r2 += 1 */
		{ 0x63, 0x21, 0, 0 },                      /* log->count = r2 */
		{ 0x0f, 0x31, 0, 0 },                      /* r1 += r3 */
		{ 0x62, 0x01, 4, program },                /* log->slots[r3] = program */
		{ 0xb7, 0, 0, returns },                   /* r0 = returns */
		{ 0x95, 0, 0, 0 },                         /* exit */
	};
	return load(code, sizeof(code), type, expected_attach_type, program);
}
