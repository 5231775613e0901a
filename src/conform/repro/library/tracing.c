//: log_insns log insn
/* The instructions with which a program notes a number in the log; they use r1 to r3. */
#define LOG(number) \
	{ 0x18, 0x21, 0, log_fd }, { 0, 0, 0, 0 }, { 0x61, 0x12, 0, 0 }, { 0xbf, 0x23, 0, 0 }, \
	{ 0x57, 0x03, 0, 255 }, { 0x67, 0x03, 0, 2 }, { 0x07, 0x02, 0, 1 }, { 0x63, 0x21, 0, 0 }, \
	{ 0x0f, 0x31, 0, 0 }, { 0x62, 0x01, 4, number }

//: samples log_insns
/* Where in the log a program that samples has its slot. */
#define SAMPLE_SLOT(number) (255 - (number))
#define SAMPLE_OFFSET(number) (4 + 4 * SAMPLE_SLOT(number))

//: event_number =event_number
/* Tells our events from those that everybody else on this machine makes: the number of a system call that is none. */
static uint32_t event_number;

//: cannot <linux/capability.h>
/* What is refused to a process with every right is refused to everybody: nothing is wrong then, and nothing is shown. */
static int unless_refused(int fd, const char *what)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
	if (fd == -EPERM && syscall(SYS_capget, &header, data) == 0 && (data[0].effective & 1U << CAP_SYS_ADMIN) != 0)
		snprintf(shared->cannot, sizeof(shared->cannot), "this kernel refuses %s to everybody (EPERM)", what);
	return fd;
}

//: unless_unsupported
static int unless_unsupported(int fd, const char *what)
{
	if (fd == -EOPNOTSUPP)
		snprintf(shared->cannot, sizeof(shared->cannot), "this kernel was built without %s (EOPNOTSUPP)", what);
	return fd;
}

//: load_program id_of insn
/* A program that is for a place of its own, or whose functions BTF describes. */
struct program {
	const struct insn *code;
	size_t size;
	int type, expected_attach_type, number;
	uint32_t flags, ifindex, attach_btf_id, attach_prog_fd;
	int btf_fd;
	const uint32_t (*functions)[2]; /* offset and BTF id of each */
	uint32_t functions_count;
};

static int load_program(struct program program)
{
	struct {
		uint32_t prog_type, insn_cnt;
		uint64_t insns, license;
		uint32_t log_level, log_size;
		uint64_t log_buf;
		uint32_t kern_version, prog_flags;
		char name[16];
		uint32_t ifindex, expected_attach_type, prog_btf_fd, func_info_rec_size;
		uint64_t func_info;
		uint32_t func_info_cnt, line_info_rec_size;
		uint64_t line_info;
		uint32_t line_info_cnt, attach_btf_id, attach_prog_fd, unused;
	} attr = { .prog_type = program.type, .insn_cnt = program.size / sizeof(*program.code),
		   .insns = (uintptr_t)program.code, .license = (uintptr_t)"GPL", .prog_flags = program.flags,
		   .name = "lastref", .ifindex = program.ifindex, .expected_attach_type = program.expected_attach_type,
		   .attach_btf_id = program.attach_btf_id, .attach_prog_fd = program.attach_prog_fd };
	if (program.functions_count > 0) {
		attr.prog_btf_fd = program.btf_fd;
		attr.func_info_rec_size = sizeof(*program.functions);
		attr.func_info = (uintptr_t)program.functions;
		attr.func_info_cnt = program.functions_count;
	}
	int fd = bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	for (int tries = 0; fd == -EAGAIN && tries < 5; tries++) /* a signal came in between */
		fd = bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (program.functions_count > 0)
		close(program.btf_fd);
	if (fd >= 0 && program.number >= 0)
		shared->prog_id[program.number] = id_of(fd);
	return fd;
}

//: load_btf
/* BTF of a program's functions: types, then strings. */
static int load_btf(const uint32_t *types, uint32_t types_size, const char *strings, uint32_t strings_size)
{
	static char bytes[8192];
	const uint32_t header[6] = { 0xeb9f | 1 << 16, sizeof(header), 0, types_size, types_size, strings_size };
	struct { uint64_t btf, log_buf; uint32_t btf_size, log_size, log_level, flags; } attr = {
		.btf = (uintptr_t)bytes, .btf_size = sizeof(header) + types_size + strings_size };
	memcpy(bytes, header, sizeof(header));
	memcpy(bytes + sizeof(header), types, types_size);
	memcpy(bytes + sizeof(header) + types_size, strings, strings_size);
	return ours(bpf(BPF_BTF_LOAD, &attr, sizeof(attr)));
}

//: kernel_type
enum { BTF_TYPEDEF = 8, BTF_FUNC = 12 };

/* The id that the kernel's own BTF has for a name; 0: the kernel has nothing of the name. */
static uint32_t kernel_type(const char *name, uint32_t kind)
{
	/* Bytes behind a type: of its kind, and of each of its members. */
	static const uint8_t fixed[20] = { [1] = 4, [3] = 12, [14] = 4, [17] = 4 };
	static const uint8_t each[20] = { [4] = 12, [5] = 12, [6] = 8, [13] = 8, [15] = 12, [19] = 12 };
	struct stat info;
	uint32_t found = 0, id = 1;
	int fd = ours(result(open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC)));
	char *bytes = fd < 0 || fstat(fd, &info) < 0 ? NULL : malloc(info.st_size);
	size_t size = 0;
	for (ssize_t n = 1; bytes != NULL && n > 0; size += n > 0 ? n : 0)
		n = read(fd, bytes + size, info.st_size - size);
	if (fd >= 0)
		close(fd);
	if (bytes == NULL || size < 24)
		return 0;
	const uint32_t *header = (void *)bytes; /* magic, header size, types at, size, strings at, size */
	const char *end = bytes + header[1] + header[2] + header[3], *strings = bytes + header[1] + header[4];
	for (const char *at = bytes + header[1] + header[2]; found == 0 && at < end; id++) {
		const uint32_t *type = (void *)at; /* name, kind and number of members, size */
		uint32_t is = type[1] >> 24 & 0x1f;
		if (is == kind && strcmp(strings + type[0], name) == 0)
			found = id;
		at += 12 + (is < 20 ? fixed[is] + each[is] * (type[1] & 0xffff) : 0);
	}
	free(bytes);
	return found;
}

//: place kernel_type
static uint32_t place(const char *name, uint32_t kind)
{
	uint32_t id = kernel_type(name, kind);
	if (id == 0)
		snprintf(shared->cannot, sizeof(shared->cannot), "this kernel has no %s", name);
	return id;
}

//: can_load prog_load
/* Does the kernel know programs of this type? */
static bool can_load(int type, int expected_attach_type)
{
	const struct insn code[] = { { 0xb7, 0, 0, 1 }, { 0x95, 0, 0, 0 } }; /* return 1 */
	uint32_t before = shared->prog_id[PROGRAMS];
	int fd = load(code, sizeof(code), type, expected_attach_type, PROGRAMS);
	shared->prog_id[PROGRAMS] = before;
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

//: raw_tp_open link_create
static int raw_tp_open(const char *name, int prog, int link)
{
	struct { uint64_t name; uint32_t prog_fd, unused; } attr = { (uintptr_t)name, prog, 0 };
	return new_link(bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr)), link);
}

//: number_in
/* A number from a file of sysfs or tracefs, or what is wrong with it. */
static int number_in(const char *path)
{
	int number = -ENOENT, fd = ours(result(open(path, O_RDONLY | O_CLOEXEC)));
	char text[32] = "";
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		number = atoi(text);
	if (fd >= 0)
		close(fd);
	return number;
}

//: open_event <linux/perf_event.h>
static int open_event(struct perf_event_attr event, pid_t pid, int cpu)
{
	event.size = sizeof(event);
	event.disabled = 1;
	return result(syscall(SYS_perf_event_open, &event, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

//: cpu_clock open_event
static int open_cpu_clock(pid_t pid, int cpu)
{
	return open_event((struct perf_event_attr){ .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK,
						    .sample_period = 1000000 }, pid, cpu);
}

//: perf_tracepoint open_event number_in
static int open_tracepoint(const char *name, pid_t pid, int cpu)
{
	char path[128];
	int id = -ENOENT;
	for (int i = 0; i < 2 && id < 0; i++) {
		snprintf(path, sizeof(path), "%s/events/%s/id", i == 0 ? "/sys/kernel/tracing" : "/sys/kernel/debug/tracing", name);
		id = number_in(path);
	}
	if (id < 0)
		snprintf(shared->cannot, sizeof(shared->cannot), "no tracefs with %s here", name);
	return id < 0 ? id : open_event((struct perf_event_attr){ .type = PERF_TYPE_TRACEPOINT, .config = id,
								  .sample_period = 1 }, pid, cpu);
}

//: perf_kprobe open_event number_in
static int open_kprobe(const char *function, pid_t pid, int cpu)
{
	int type = number_in("/sys/bus/event_source/devices/kprobe/type");
	if (type < 0)
		snprintf(shared->cannot, sizeof(shared->cannot), "this kernel has no kprobes");
	return type < 0 ? type : open_event((struct perf_event_attr){ .type = type, .config1 = (uintptr_t)function,
								      .sample_period = 1 }, pid, cpu);
}

//: perf_ioctl <linux/perf_event.h> <sys/ioctl.h>
static int perf_ioctl(int fd, unsigned long request, int argument)
{
	return result(ioctl(fd, request, argument));
}

//: perf_query <linux/perf_event.h> <sys/ioctl.h>
/* Programs of an event: room for them, their number, and their ids. */
static uint32_t event_ids[66];

static int perf_query(int fd, uint32_t room)
{
	memset(event_ids, 0, sizeof(event_ids));
	event_ids[0] = room;
	return result(ioctl(fd, PERF_EVENT_IOC_QUERY_BPF, event_ids));
}

//: iter_create
static int iter_create(int link, uint32_t flags)
{
	struct { uint32_t link_fd, flags; } attr = { link, flags };
	return bpf(BPF_ITER_CREATE, &attr, sizeof(attr));
}

//: iter_read log_element
/* To its end; what it wrote first stands in `text`. */
static int iter_read(int fd, char text[128])
{
	char bytes[4096];
	ssize_t n;
	text[0] = '\0';
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		if (text[0] == '\0')
			snprintf(text, 128, "%.*s", (int)(n < 127 ? n : 127), bytes);
	int said = result(n);
	log_element(BPF_MAP_LOOKUP_ELEM);
	return said;
}

//: test_run log_element
/* The program runs once: on a frame, or by the functions of the kernel that are there to be tested. */
static int test_run(int fd, bool on_frame, uint32_t *retval)
{
	static uint8_t frame[64] = { [12] = 0x08 };
	struct { uint32_t prog_fd, retval, data_size_in, data_size_out; uint64_t data_in, data_out; uint32_t rest[12]; } attr = {
		.prog_fd = fd, .data_size_in = on_frame ? sizeof(frame) : 0, .data_in = on_frame ? (uintptr_t)frame : 0 };
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	int said = bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	log_element(BPF_MAP_LOOKUP_ELEM);
	*retval = attr.retval;
	return said;
}

//: probed
/* What multi probes are attached to; its argument tells whose event it is. */
__attribute__((noinline, used)) void probed_function(uint64_t number);
void probed_function(uint64_t number)
{
	__asm__ volatile("" : : "r"(number) : "memory");
}

//: probed_offset probed <link.h>
static int find_offset(struct dl_phdr_info *object, size_t size, void *offset)
{
	uintptr_t address = (uintptr_t)probed_function - object->dlpi_addr;
	for (int i = 0; size > 0 && i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &object->dlpi_phdr[i];
		if (header->p_type == PT_LOAD && address >= header->p_vaddr && address < header->p_vaddr + header->p_memsz) {
			*(uint64_t *)offset = address - header->p_vaddr + header->p_offset;
			return 1;
		}
	}
	return 0;
}

/* Where it lies in our file. */
static uint64_t probed_offset(void)
{
	uint64_t offset = 0;
	dl_iterate_phdr(find_offset, &offset);
	return offset;
}

//: first_argument
/* Where a probe finds the first argument of a function: in struct pt_regs. */
#if defined(__x86_64__)
enum { FIRST_ARGUMENT = 112 };
#else
enum { FIRST_ARGUMENT = 0 };
#endif
