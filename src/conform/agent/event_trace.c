/* Events elsewhere than at sockets: a system call, samples of a processor, functions of the kernel and of the agent. */
#include "agent.h"
#include <dlfcn.h>
#include <link.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum {
	CMD_PROG_LOAD = 5,
	CMD_TEST_RUN = 10,
	TRACING = 26,
	/* How long a processor is watched: a sample comes every millisecond. */
	SAMPLES_MS = 150,
	SETTLED_MS = 12,
};

/* What multi probes are attached to; its argument tells whose event it is. */
__attribute__((noinline, used)) void probed_function(uint64_t number)
{
	__asm__ volatile("" : : "r"(number) : "memory");
}

static int find_offset(struct dl_phdr_info *object, size_t size, void *offset)
{
	(void)size;
	uintptr_t address = (uintptr_t)probed_function - object->dlpi_addr;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &object->dlpi_phdr[i];
		if (header->p_type != PT_LOAD || address < header->p_vaddr || address >= header->p_vaddr + header->p_memsz)
			continue;
		*(uint64_t *)offset = address - header->p_vaddr + header->p_offset;
		return 1;
	}
	return 0;
}

/* Where in the agent's file the probed function lies. */
uint64_t probed_offset(void)
{
	uint64_t offset = 0;
	dl_iterate_phdr(find_offset, &offset);
	return offset;
}

/* Every program that samples has a slot of its own; they are shown in the order of the objects. */
static void sample(struct reply *reply)
{
	char names[LINE_LEN / 2] = "";
	size_t len = 0;
	int seen = 0, quiet = 0;
	if (shared->no_log_map)
		return reply_status(reply, "!unsupported: samples where the log cannot be mapped");
	start_log();
	memset(order_log->slots, 0, sizeof order_log->slots);
	__atomic_store_n(&order_log->sampling, 1, __ATOMIC_SEQ_CST);
	for (int ms = 0; ms < SAMPLES_MS && quiet < SETTLED_MS; ms++) {
		int now = 0;
		usleep(1000);
		for (int i = 0; i < LOG_SLOTS; i++)
			now += ((volatile struct order_log *)order_log)->slots[i] != 0;
		quiet = now > 0 && now == seen ? quiet + 1 : 0;
		seen = now;
	}
	__atomic_store_n(&order_log->sampling, 0, __ATOMIC_SEQ_CST);
	for (int i = 0; i < LOG_SLOTS && i < shared->objects_used; i++)
		if (order_log->slots[i] == (uint32_t)i + 1)
			len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", len == 0 ? "" : ",",
						shared->objects[i].name);
	reply_status(reply, "ok");
	reply_add(reply, "verdict=allow");
	reply_add(reply, "ran=%s", names);
}

static void system_call(const struct request *request, struct reply *reply)
{
	const char *tp = arg(request, "tp");
	if (tp != NULL && !is(tp, "sys_enter"))
		return reply_status(reply, "!unsupported: an event at the tracepoint %s", tp);
	start_log();
	syscall((long)shared->event_number);
	conclude_event(reply, 0);
}

/* A process that holds nothing asks for a user namespace. */
static void security_hook(const struct request *request, struct reply *reply)
{
	int status = 0;
	if (!is(arg(request, "lsm"), "userns_create"))
		return reply_status(reply, "!unsupported: the LSM hook %s", arg(request, "lsm"));
	start_log();
	pid_t pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) < 0 ? errno : 0);
	waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	conclude_event(reply, errno == 0 ? 0 : -1);
}

enum { FENTRY = 24, MODIFY_RETURN = 26 };

/* A test run of any program on this function calls it once, and the others of its family as well. */
static bool call_kernel(const char *name, uint32_t attach_type)
{
	static const uint64_t code[] = {0x00000000000000b7, 0x0000000000000095}; /* r0 = 0; exit */
	struct attr attr;
	attr_init(&attr, NULL);
	put32(&attr, 0, TRACING);
	put32(&attr, 4, 2);
	put64(&attr, 8, (uint64_t)(uintptr_t)code);
	put64(&attr, 16, (uint64_t)(uintptr_t)"GPL");
	put32(&attr, 68, attach_type);
	put32(&attr, 108, kernel_type(name, BTF_FUNC));
	int prog = (int)bpf_call(CMD_PROG_LOAD, &attr);
	if (prog < 0)
		return false;
	attr_init(&attr, NULL);
	put32(&attr, 0, (uint32_t)prog);
	start_log();
	long result = bpf_call(CMD_TEST_RUN, &attr);
	close(prog);
	return result >= 0;
}

/* What ran at each of several functions, where the same ran at all of them; false where it did not. */
static bool fold_log(uint32_t functions)
{
	uint32_t count = order_log->count, once = count / functions;
	if (count > LOG_SLOTS || count % functions != 0)
		return false;
	for (uint32_t i = once; i < count; i++)
		if (order_log->slots[i] != order_log->slots[i - once])
			return false;
	order_log->count = once;
	return true;
}

/* The set of functions that the links of the trace are at: each is called once. */
static void call_probed_set(struct reply *reply)
{
	if (shared->probed_count < 0)
		return reply_status(reply, "!unsupported: an event at several sets of functions of the kernel");
	if (strncmp(shared->probed, "bpf_fentry_test", 15) != 0 || !call_kernel("bpf_fentry_test1", FENTRY))
		return reply_status(reply, "!unsupported: a call of %s", shared->probed);
	if (!fold_log((uint32_t)shared->probed_count))
		return reply_status(reply, "!unsupported: not the same ran at each of %s", shared->probed);
	conclude_event(reply, 0);
}

static void function_call(const struct request *request, struct reply *reply)
{
	const char *name = arg(request, "name");
	bool of_kernel = name != NULL && strncmp(name, "bpf_", 4) == 0;
	if (is(arg(request, "hook"), "probe") && name == NULL && shared->probed_count != 0)
		return call_probed_set(reply);
	if (is(arg(request, "hook"), "probe") && !of_kernel) {
		start_log();
		probed_function(shared->event_number);
		return conclude_event(reply, 0);
	}
	bool modified = of_kernel && strncmp(name, "bpf_modify_return_test", 22) == 0;
	if (!of_kernel || !call_kernel(name, modified ? MODIFY_RETURN : FENTRY))
		return reply_status(reply, "!unsupported: a call of %s", name == NULL ? "no function" : name);
	conclude_event(reply, 0);
}

bool make_trace_event(const struct request *request, struct reply *reply)
{
	const char *hook = arg(request, "hook");
	if (is(hook, "tracepoint"))
		system_call(request, reply);
	else if (is(hook, "perf_event"))
		sample(reply);
	else if (is(hook, "lsm"))
		security_hook(request, reply);
	else if (is(hook, "probe") || is(hook, "function"))
		function_call(request, reply);
	else if (is(hook, "tcp_congestion"))
		connect_with_ops(request, reply);
	else
		return false;
	return true;
}
