//: sockets <netinet/in.h> <sys/socket.h>
static int open_socket(void)
{
	return result(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

//: event_result
struct event {
	const char *verdict;
	int error;
	bool unborn; /* the cgroup took no process */
};

//: send event_result log_element <arpa/inet.h> <netinet/in.h> <sys/socket.h>
/* A socket of the program that leads the trace, outside every cgroup of it. */
static struct sockaddr_in outside_at = { .sin_family = AF_INET };

static bool open_outside(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(outside_at);
	outside_at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd >= 0 && bind(fd, (struct sockaddr *)&outside_at, size) == 0 &&
	       getsockname(fd, (struct sockaddr *)&outside_at, &size) == 0;
}

/* One datagram through a socket of the trace; what ran stands in `seen` afterwards. */
static struct event send_through(int fd)
{
	struct event event = { .verdict = "allow" };
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&outside_at, sizeof(outside_at)) < 0)
		event = (struct event){ .verdict = "deny", .error = errno };
	log_element(BPF_MAP_LOOKUP_ELEM);
	return event;
}

//: event event_result join log_element <sys/socket.h>
/*
 * An event is made by a process that is no actor and holds nothing; what ran stands in `seen` afterwards. It gets a
 * socket of ours that is outside every cgroup of the trace.
 */
static struct event fire(int cgroup, void (*happen)(struct event *event, int outside))
{
	struct event *event = mmap(NULL, sizeof(*event), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	event->verdict = "none";
	int outside = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	pid_t pid = fork();
	if (pid == 0) {
		event->unborn = join_cgroup(cgroup) < 0;
		if (!event->unborn)
			happen(event, outside);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	close(outside);
	log_element(BPF_MAP_LOOKUP_ELEM);
	if (event->unborn)
		seen.count = NO_EVENT;
	struct event copy = *event;
	munmap(event, sizeof(*event));
	return copy;
}

//: event_packet event <arpa/inet.h> <netinet/in.h>
/* One UDP packet over loopback between a socket of the cgroup and one outside it. */
static void send_packet(struct event *event, bool outwards, int outside)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(to);
	char byte;
	int inside = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int from = outwards ? inside : outside, at = outwards ? outside : inside;
	struct pollfd arrives = { .fd = at, .events = POLLIN };
	bind(at, (struct sockaddr *)&to, sizeof(to));
	getsockname(at, (struct sockaddr *)&to, &size);
	if (sendto(from, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		event->error = errno;
	bool arrived = event->error == 0 && poll(&arrives, 1, 100) == 1 && recv(at, &byte, 1, MSG_DONTWAIT) == 1;
	event->verdict = event->error != 0 ? "deny" : arrived ? "allow" : "dropped";
}

//: egress event_packet
static void egress(struct event *event, int outside)
{
	send_packet(event, true, outside);
}

//: ingress event_packet
static void ingress(struct event *event, int outside)
{
	send_packet(event, false, outside);
}

//: make_socket event
static void make_socket(struct event *event, int outside)
{
	event->error = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0 ? errno : 0;
	event->verdict = event->error != 0 ? "deny" : "allow";
	close(outside);
}

//: event_call event
/* One system call on a socket of the cgroup. */
static void call(struct event *event, int said)
{
	event->error = said < 0 ? errno : 0;
	event->verdict = event->error != 0 ? "deny" : "allow";
}

//: release_socket event_call
static void release_socket(struct event *event, int outside)
{
	close(outside);
	call(event, close(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
}

//: get_option event_call <netinet/in.h>
static void get_option(struct event *event, int outside)
{
	int value;
	socklen_t size = sizeof(value);
	close(outside);
	call(event, getsockopt(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), IPPROTO_IP, IP_TOS, &value, &size));
}

//: set_option event_call <netinet/in.h>
static void set_option(struct event *event, int outside)
{
	int value = 0;
	close(outside);
	call(event, setsockopt(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), IPPROTO_IP, IP_TOS, &value, sizeof(value)));
}

//: bind_loopback <sys/socket.h> <arpa/inet.h> <netinet/in.h>
/* The address of a socket, after it was bound to a free port of loopback. */
static struct sockaddr_in bind_loopback(int socket)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	bind(socket, (struct sockaddr *)&at, size);
	getsockname(socket, (struct sockaddr *)&at, &size);
	return at;
}

//: connect_socket event_call bind_loopback
static void connect_socket(struct event *event, int outside)
{
	struct sockaddr_in to = bind_loopback(outside);
	call(event, connect(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), (struct sockaddr *)&to, sizeof(to)));
}

//: bind_socket event_call <arpa/inet.h> <netinet/in.h>
static void bind_socket(struct event *event, int outside)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	close(outside);
	call(event, bind(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), (struct sockaddr *)&at, sizeof(at)));
}

//: send_message event_call bind_loopback
static void send_message(struct event *event, int outside)
{
	struct sockaddr_in to = bind_loopback(outside);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	call(event, sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)));
}

//: open_device event_call
static void open_device(struct event *event, int outside)
{
	close(outside);
	call(event, open("/dev/null", O_RDONLY | O_CLOEXEC));
}

//: own_event event_result log_element
/* What the process itself does: it reads a sysctl. */
static struct event read_sysctl(void)
{
	struct event event = { .verdict = "allow" };
	char byte;
	int fd = ours(result(open("/proc/sys/kernel/ostype", O_RDONLY | O_CLOEXEC)));
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	if (read(fd, &byte, 1) < 0)
		event = (struct event){ .verdict = "deny", .error = errno };
	log_element(BPF_MAP_LOOKUP_ELEM);
	close(fd);
	return event;
}

//: ran log
/* Who ran, in order. */
static const char *ran(void)
{
	static char text[8192];
	size_t length = 0;
	strcpy(text, seen.count == NO_EVENT ? "no event" : "");
	for (unsigned i = 0; i < seen.count && seen.count != NO_EVENT && i < 256 && length < sizeof(text) - 64; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "", program_names[seen.slots[i]]);
	return text;
}

//: times log
static int times(int program)
{
	int count = seen.count == NO_EVENT ? -1 : 0;
	for (unsigned i = 0; i < seen.count && i < 256; i++)
		count += seen.slots[i] == (uint32_t)program;
	return count;
}

//: local_event event_result log_element
/* Something that the process which leads the trace does itself. */
static struct event local_event(int (*happen)(void))
{
	struct event event = { .verdict = "allow" };
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	if (happen() < 0)
		event = (struct event){ .verdict = "deny", .error = errno };
	log_element(BPF_MAP_LOOKUP_ELEM);
	return event;
}

//: sample event_result log_element samples
/* A while of samples, until none is new: each program that took one has run, in the order in which they were loaded. */
static struct event sample(void)
{
	uint32_t slots[256], count = 0;
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	for (int ms = 0, quiet = 0; ms < 150 && quiet < 12; ms++) {
		uint32_t now = 0;
		usleep(1000);
		log_element(BPF_MAP_LOOKUP_ELEM);
		for (int i = 0; i < PROGRAMS; i++)
			now += seen.slots[SAMPLE_SLOT(i)] != 0;
		quiet = now > 0 && now == count ? quiet + 1 : 0;
		count = now;
	}
	memcpy(slots, seen.slots, sizeof(slots));
	seen.count = 0;
	for (int i = 0; i < PROGRAMS; i++)
		if (slots[SAMPLE_SLOT(i)] != 0)
			seen.slots[seen.count++] = i;
	return (struct event){ .verdict = "allow" };
}

//: call_nothing local_event event_number
/* A system call that is none passes sys_enter all the same. */
static int call_nothing(void)
{
	syscall(event_number);
	return 0;
}

//: call_probed local_event event_number probed
static int call_probed(void)
{
	probed_function(event_number);
	return 0;
}

//: ask_for_userns local_event <sched.h>
/* A process that holds nothing asks for a user namespace. */
static int ask_for_userns(void)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) < 0 ? errno : 0);
	waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	return errno == 0 ? 0 : -1;
}

//: call_kernel event_result test_run kernel_type load_program
/* A test run of any program on this function of the kernel calls it once. */
static struct event call_kernel(const char *function, int expected_attach_type)
{
	const struct insn code[] = { { 0xb7, 0, 0, 0 }, { 0x95, 0, 0, 0 } }; /* return 0 */
	uint32_t retval;
	int fd = load_program((struct program){ .code = code, .size = sizeof(code), .type = BPF_PROG_TYPE_TRACING, .number = -1,
						.expected_attach_type = expected_attach_type,
						.attach_btf_id = kernel_type(function, BTF_FUNC) });
	memset(&seen, 0, sizeof(seen));
	int said = fd < 0 ? fd : test_run(fd, false, &retval);
	if (fd >= 0)
		close(fd);
	return (struct event){ .verdict = said < 0 ? "deny" : "allow", .error = said < 0 ? -said : 0 };
}

//: pass_netfilter event_result log_element netns bind_loopback
/* A packet over the loopback of a namespace passes the hooks of what is sent from here, and what arrives here. */
static struct event pass_netfilter(const char *netns)
{
	struct event event = { .verdict = "dropped" };
	int before = visit_netns(netns), sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = bind_loopback(receiver);
	struct pollfd arrives = { .fd = receiver, .events = POLLIN };
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	if (sendto(sender, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) > 0 && poll(&arrives, 1, 100) == 1)
		event.verdict = "allow";
	log_element(BPF_MAP_LOOKUP_ELEM);
	close(sender);
	close(receiver);
	if (before >= 0)
		leave_netns(before);
	return event;
}
