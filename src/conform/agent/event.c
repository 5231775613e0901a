/*
 * Events: one thing happens at a hook, made by a short-lived process that holds nothing. It is born in the cgroup
 * (CLONE_INTO_CGROUP), because moving a process is slow, and shares the hub's memory, because its result must come back.
 */
#include "agent.h"
#include <arpa/inet.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Where the map cannot be mapped, log and counter are copied by bpf(2). */
static struct order_log copied_log;

void start_log(void)
{
	if (!shared->no_log_map) {
		order_log->count = 0;
		return;
	}
	struct attr attr;
	uint32_t key = 0;
	memset(&copied_log, 0, sizeof copied_log);
	attr_init(&attr, NULL);
	put32(&attr, 0, FD_LOG);
	put64(&attr, 8, (uint64_t)(uintptr_t)&key);
	put64(&attr, 16, (uint64_t)(uintptr_t)&copied_log);
	bpf_call(2, &attr);
}

static const volatile struct order_log *current_log(void)
{
	if (!shared->no_log_map)
		return order_log;
	struct attr attr;
	uint32_t key = 0;
	attr_init(&attr, NULL);
	put32(&attr, 0, FD_LOG);
	put64(&attr, 8, (uint64_t)(uintptr_t)&key);
	put64(&attr, 16, (uint64_t)(uintptr_t)&copied_log);
	bpf_call(1, &attr);
	return &copied_log;
}

/* Functions have no type of their own: they are those of programs that were called. */
static bool is_among(uint32_t type, const uint32_t *types)
{
	if (type == 0)
		return true;
	for (; types != NULL && *types != 0; types++)
		if (*types == type)
			return true;
	return types == NULL;
}

void finish_log(struct reply *reply) { finish_log_of(reply, NULL); }

void conclude_event(struct reply *reply, long result)
{
	int error = errno;
	reply_status(reply, "ok");
	reply_add(reply, "verdict=%s", result < 0 ? "deny" : "allow");
	if (result < 0)
		reply_add(reply, "denied=%d", error);
	finish_log(reply);
}

/* An event at one hook passes by others, whose programs log as well. */
void finish_log_of(struct reply *reply, const uint32_t *types)
{
	char names[LINE_LEN / 2] = "";
	const volatile struct order_log *log = current_log();
	uint32_t count = log->count < LOG_SLOTS ? log->count : LOG_SLOTS;
	size_t len = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = log->slots[i];
		if (number >= (uint32_t)shared->objects_used || !is_among(shared->objects[number].prog_type, types))
			continue;
		if (len + NAME_LEN + 2 < sizeof names)
			len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", len == 0 ? "" : ",",
						shared->objects[number].name);
	}
	reply_add(reply, "ran=%s", names);
}

struct event {
	const char *hook;
	const char *device, *access; /* of cgroup_device */
	const char *lsm;             /* of lsm_cgroup */
	int error;     /* errno of the call that made the event, or 0 */
	bool arrived;  /* packets only */
	bool unknown;
};

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

/* Packets that the receiving socket dropped, a filter's no among the reasons. */
static uint32_t drops(int socket)
{
	uint32_t memory[9] = {0};
	socklen_t size = sizeof memory;
	return getsockopt(socket, SOL_SOCKET, 55 /* SO_MEMINFO */, memory, &size) == 0 ? memory[8] : 0;
}

/* Waits until the packet is in or was dropped: both are to be seen, so nothing depends on a delay. */
static bool arrives(int socket)
{
	char byte[8];
	for (int round = 0; round < 500; round++) {
		if (recv(socket, byte, sizeof byte, MSG_DONTWAIT) > 0)
			return true;
		if (drops(socket) > 0)
			return false;
		struct pollfd wait = {.fd = socket, .events = POLLIN};
		poll(&wait, 1, 1);
	}
	return false;
}

static void drain_outside(void)
{
	char byte[8];
	while (recv(FD_OUTSIDE, byte, sizeof byte, MSG_DONTWAIT) > 0)
		;
}

static void egress(struct event *event, int socket)
{
	struct sockaddr_in to = loopback(shared->outside_port);
	struct pollfd wait = {.fd = FD_OUTSIDE, .events = POLLIN};
	drain_outside();
	start_log();
	if (sendto(socket, "x", 1, 0, (struct sockaddr *)&to, sizeof to) < 0)
		event->error = errno;
	else
		event->arrived = poll(&wait, 1, 200) == 1;
	drain_outside();
}

static void ingress(struct event *event, int socket)
{
	struct sockaddr_in at = loopback(0);
	socklen_t size = sizeof at;
	bind(socket, (struct sockaddr *)&at, sizeof at);
	getsockname(socket, (struct sockaddr *)&at, &size);
	start_log();
	if (sendto(FD_OUTSIDE, "x", 1, 0, (struct sockaddr *)&at, sizeof at) < 0)
		event->error = errno;
	else
		event->arrived = arrives(socket);
}

/* What a device cgroup is asked when a device is opened. */
static void open_device(struct event *event)
{
	bool reads = strstr(event->access, "read") != NULL, writes = strstr(event->access, "write") != NULL;
	start_log();
	int fd = open(event->device, (reads && writes ? O_RDWR : writes ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	event->error = fd < 0 ? errno : 0;
	event->arrived = true;
	if (fd >= 0)
		close(fd);
}

/* Harmless to open, whoever does it. */
static bool is_plain_device(const char *device)
{
	return is(device, "/dev/null") || is(device, "/dev/zero") || is(device, "/dev/full") || is(device, "/dev/urandom");
}

static void on_socket(struct event *event, int socket)
{
	const char *hook = event->hook;
	struct sockaddr_in to = loopback(shared->outside_port), any = loopback(0);
	int value = 0;
	socklen_t size = sizeof value;
	long result = 0;
	if (is(hook, "cgroup_inet_egress"))
		return egress(event, socket);
	if (is(hook, "cgroup_inet_ingress"))
		return ingress(event, socket);
	start_log();
	if (is(hook, "cgroup_getsockopt"))
		result = getsockopt(socket, IPPROTO_IP, IP_TOS, &value, &size);
	else if (is(hook, "cgroup_setsockopt"))
		result = setsockopt(socket, IPPROTO_IP, IP_TOS, &value, size);
	else if (is(hook, "cgroup_inet_sock_release"))
		result = close(socket);
	else if (is(hook, "cgroup_inet4_connect"))
		result = connect(socket, (struct sockaddr *)&to, sizeof to);
	else if (is(hook, "cgroup_inet4_bind") || (is(hook, "lsm_cgroup") && is(event->lsm, "socket_bind")))
		result = bind(socket, (struct sockaddr *)&any, sizeof any);
	else if (is(hook, "cgroup_udp4_sendmsg"))
		result = sendto(socket, "x", 1, 0, (struct sockaddr *)&to, sizeof to);
	else
		event->unknown = true;
	event->error = result < 0 ? errno : 0;
	event->arrived = true;
}

static int happen(void *what)
{
	struct event *event = what;
	if (is(event->hook, "cgroup_device")) {
		open_device(event);
		return 0;
	}
	bool stream = is(event->hook, "cgroup_getsockopt") || is(event->hook, "cgroup_setsockopt");
	start_log();
	int fd = socket(AF_INET, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	bool created = is(event->hook, "lsm_cgroup") && is(event->lsm, "socket_post_create");
	if (is(event->hook, "cgroup_inet_sock_create") || created) {
		event->error = fd < 0 ? errno : 0;
		event->arrived = true;
	} else if (fd < 0) {
		event->error = errno;
	} else {
		on_socket(event, fd);
	}
	/* The log is the hub's to read before this socket's release can add to it. */
	if (fd >= 0 && !is(event->hook, "cgroup_inet_sock_release")) {
		uint32_t count = shared->no_log_map ? 0 : order_log->count;
		close(fd);
		if (!shared->no_log_map)
			order_log->count = count;
	}
	return 0;
}

/* A child in the cgroup that borrows our memory until it has exited; -1 if it could not be born there. */
static int in_cgroup(int cgroup, struct event *event)
{
	struct clone_args args = {
		.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)cgroup,
	};
	/* Without a stack of its own the child runs on ours while we are suspended: it must not return from here. */
	args.flags &= ~(uint64_t)CLONE_VM;
	struct event *result = mmap(NULL, sizeof *event, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED)
		return -1;
	*result = *event;
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid == 0)
		_exit(happen(result));
	if (pid > 0)
		waitpid(pid, NULL, 0);
	const char *hook = event->hook;
	*event = *result;
	event->hook = hook;
	munmap(result, sizeof *event);
	return pid < 0 ? -1 : 0;
}

/* An event that an actor itself makes, at a hook that looks at the task's cgroup. */
void make_own_event(const struct request *request, struct reply *reply)
{
	char byte;
	if (!is(arg(request, "hook"), "cgroup_sysctl"))
		return reply_status(reply, "!unsupported: hook %s by an actor", arg(request, "hook"));
	if (shared->no_traffic)
		return reply_status(reply, "!refused: traffic after an update to another cgroup storage map");
	int fd = open_high("/proc/sys/kernel/ostype", O_RDONLY);
	start_log();
	conclude_event(reply, read(fd, &byte, 1));
	close(fd);
}

void make_event(const struct request *request, struct reply *reply)
{
	const char *name = arg(request, "cgroup");
	const struct cgroup *cgroup = name == NULL || is(name, "outside") ? NULL : cgroup_named(name);
	struct event event = {.hook = arg(request, "hook"), .lsm = arg(request, "lsm"), .device = "/dev/null", .access = "read"};
	char path[PATH_LEN + 8];
	if (shared->no_traffic)
		return reply_status(reply, "!refused: traffic after an update to another cgroup storage map");
	if (make_net_event(request, reply) || make_trace_event(request, reply))
		return;
	if (arg(request, "device") != NULL)
		event.device = arg(request, "device");
	if (arg(request, "access") != NULL)
		event.access = arg(request, "access");
	if (!is_plain_device(event.device))
		return reply_status(reply, "!unsupported: the device %s", event.device);
	snprintf(path, sizeof path, "%s/out", shared->root);
	int fd = cgroup == NULL ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
				: open_directory_of(cgroup, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return reply_result(reply, -1);
	int born = in_cgroup(fd, &event);
	int error = errno;
	close(fd);
	if (born < 0)
		return reply_status(reply, "%d", error);
	if (event.unknown)
		return reply_status(reply, "!unsupported: hook %s", event.hook);
	reply_status(reply, "ok");
	reply_add(reply, "verdict=%s", event.error != 0 ? "deny" : event.arrived ? "allow" : "dropped");
	if (event.error != 0)
		reply_add(reply, "denied=%d", event.error);
	finish_log(reply);
}
