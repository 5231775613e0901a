/* Raw tracepoints, perf events, iterators and test runs. */
#include "agent.h"
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

enum {
	CMD_TEST_RUN = 10,
	CMD_RAW_TP_OPEN = 17,
	CMD_ENABLE_STATS = 32,
	PROG_RAW_TRACEPOINT = 17,
	SAMPLE_NS = 1000000,
};

static void raw_tp_open(const struct request *request, struct reply *reply)
{
	struct attr attr;
	int prog = arg_fd(request, "prog");
	attr_init(&attr, request);
	put64(&attr, 0, (uint64_t)(uintptr_t)arg(request, "tp"));
	put32(&attr, 8, (uint32_t)prog);
	long fd = bpf_call(CMD_RAW_TP_OPEN, &attr);
	reply_result(reply, fd);
	/* Kernels that refuse to load what a trampoline runs refuse to attach it as well. */
	if (fd < 0 && errno == EPERM && is_mighty())
		return reply_status(reply, "!unsupported: the kernel refuses to attach such programs (EPERM)");
	if (fd >= 0)
		install_link(request, reply, (int)fd, prog, 0);
}

/* A number from a file of sysfs or tracefs; -1 if there is none. */
static long number_in(const char *path)
{
	char text[32];
	int fd = open_high(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return -1;
	text[len] = '\0';
	return strtol(text, NULL, 10);
}

/* False: the kernel has nothing of the kind. */
static bool describe_event(const struct request *request, struct perf_event_attr *event)
{
	char path[PATH_LEN];
	const char *kind = arg(request, "event"), *tp = arg(request, "tp");
	event->size = sizeof *event;
	event->disabled = 1;
	event->sample_period = 1;
	if (is(kind, "cpu_clock")) {
		event->type = PERF_TYPE_SOFTWARE;
		event->config = PERF_COUNT_SW_CPU_CLOCK;
		event->sample_period = SAMPLE_NS;
		return true;
	}
	if (is(kind, "tracepoint")) {
		bool system_call = is(tp, "sys_enter") || is(tp, "sys_exit");
		snprintf(path, sizeof path, TRACEFS "/events/%s/%s/id", system_call ? "raw_syscalls" : "sched", tp);
		long id = number_in(path);
		event->type = PERF_TYPE_TRACEPOINT;
		event->config = (uint64_t)id;
		return id >= 0;
	}
	long type = number_in("/sys/bus/event_source/devices/kprobe/type");
	event->type = (uint32_t)type;
	event->config1 = (uint64_t)(uintptr_t)arg(request, "func");
	return type >= 0 && is(kind, "kprobe");
}

static void perf_event_open(const struct request *request, struct reply *reply)
{
	struct perf_event_attr event = {0};
	char name[NAME_LEN];
	pid_t pid = -1;
	if (!describe_event(request, &event))
		return reply_status(reply, "!unsupported: the kernel has no events of the kind %s", arg(request, "event"));
	if (arg(request, "pid") != NULL) {
		snprintf(name, sizeof name, "P%s", arg(request, "pid"));
		int actor = actor_named(name);
		pid = actor < 0 ? -1 : shared->actors[actor].pid;
	}
	int cpu = (int)arg_int(request, "cpu", pid < 0 ? 0 : (uint64_t)-1);
	long fd = syscall(SYS_perf_event_open, &event, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	reply_result(reply, fd);
	if (fd >= 0)
		install(reply, request->as, (int)fd);
}

static void perf_query(const struct request *request, struct reply *reply)
{
	/* No kernel takes a longer one. */
	enum { PROGRAMS_MAX = 64 };
	uint32_t buffer[PROGRAMS_MAX + 2] = {(uint32_t)arg_int(request, "capacity", 0)};
	if (buffer[0] == 0 || buffer[0] > PROGRAMS_MAX)
		buffer[0] = PROGRAMS_MAX;
	uint32_t room = buffer[0];
	long result = ioctl(arg_fd(request, "perfEvent"), PERF_EVENT_IOC_QUERY_BPF, buffer);
	reply_result(reply, result);
	if (result < 0 && errno != ENOSPC)
		return;
	uint32_t count = buffer[1];
	reply_add(reply, "count=%u", count);
	reply_names(reply, "progs", buffer + 2, count < room ? count : room);
}

static void perf_ioctl(const struct request *request, struct reply *reply)
{
	int event = arg_fd(request, "perfEvent");
	if (is(request->op, "perf_event_enable"))
		return reply_result(reply, ioctl(event, PERF_EVENT_IOC_ENABLE, 0));
	if (is(request->op, "perf_event_disable"))
		return reply_result(reply, ioctl(event, PERF_EVENT_IOC_DISABLE, 0));
	reply_result(reply, ioctl(event, PERF_EVENT_IOC_SET_BPF, arg_fd(request, "prog")));
}

/* To its end. */
static void iter_read(const struct request *request, struct reply *reply)
{
	char path[1024], text[4096], first[128] = "";
	const char *written = arg(request, "path");
	if (written != NULL && !bpffs_path(written, path))
		return reply_status(reply, "!unsupported: path");
	int fd = written == NULL ? arg_fd(request, "iter") : open_high(path, O_RDONLY);
	if (written != NULL && fd < 0)
		return reply_result(reply, -1);
	start_log();
	ssize_t n;
	while ((n = read(fd, text, sizeof text)) > 0)
		if (first[0] == '\0')
			snprintf(first, sizeof first, "%.*s", (int)n, text);
	reply_result(reply, n);
	if (written != NULL)
		close(fd);
	if (n < 0)
		return;
	for (char *at = first; *at != '\0'; at++)
		if (*at < ' ')
			*at = ' ';
	reply_add(reply, "text=%s", first);
	finish_log(reply);
}

/* One frame of 64 bytes; or, where the trace says that there is no packet, the arguments of a system call of ours. */
static void test_run(const struct request *request, struct reply *reply)
{
	static uint8_t frame[64] = {[12] = 0x08};
	struct attr attr;
	int prog = arg_fd(request, "prog");
	bool packet = arg(request, "noPacket") == NULL;
	const uint64_t arguments[2] = {0, shared->event_number};
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)prog);
	if (packet) {
		put32(&attr, 8, sizeof frame);
		put64(&attr, 16, (uint64_t)(uintptr_t)frame);
	}
	if (!packet && kind_of_fd(prog) == 'p' && type_of_fd(prog) == PROG_RAW_TRACEPOINT) {
		put32(&attr, 40, sizeof arguments);
		put64(&attr, 48, (uint64_t)(uintptr_t)arguments);
	}
	start_log();
	long result = bpf_call(CMD_TEST_RUN, &attr);
	reply_result(reply, result);
	if (result < 0)
		return;
	reply_add(reply, "rawRetval=%u", get32(&attr, 4));
	finish_log(reply);
}

static void enable_stats(const struct request *request, struct reply *reply)
{
	struct attr attr;
	attr_init(&attr, request);
	put32(&attr, 0, (uint32_t)arg_int(request, "type", 0));
	long fd = bpf_call(CMD_ENABLE_STATS, &attr);
	reply_result(reply, fd);
	if (fd >= 0)
		install(reply, request->as, (int)fd);
}

bool op_trace(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "raw_tp_open"))
		raw_tp_open(request, reply);
	else if (is(op, "perf_event_open"))
		perf_event_open(request, reply);
	else if (is(op, "perf_event_query"))
		perf_query(request, reply);
	else if (is(op, "perf_event_enable") || is(op, "perf_event_disable") || is(op, "perf_event_set_bpf"))
		perf_ioctl(request, reply);
	else if (is(op, "iter_read"))
		iter_read(request, reply);
	else if (is(op, "prog_test_run"))
		test_run(request, reply);
	else if (is(op, "enable_stats"))
		enable_stats(request, reply);
	else
		return false;
	return true;
}
