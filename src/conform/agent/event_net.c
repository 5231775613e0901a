/*
 * Events of devices and namespaces. One frame of a protocol that nobody else speaks is sent out of one device and expected
 * at another; whether it came through is known when frames that were sent behind it, over a loopback without programs, have
 * arrived: both go through the queues of one processor.
 */
#include "agent.h"
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

enum {
	/* IEEE 802 local experimental ethertypes. */
	FRAME = 0x88b5,
	MARKER = 0x88b6,
	FRAME_SIZE = 64,
	LOOPBACK = 1,
	MARKERS = 2,
	CLS = 3,
	XDP = 6,
	DISSECTOR = 22,
	EXT = 28,
	LOOKUP = 30,
	FILTER = 32,
	/* RFC 3692: an IP protocol for experiments. */
	EXPERIMENTAL = 253,
};

static const uint32_t FRAME_TYPES[] = {CLS, XDP, EXT, 0}, DISSECTOR_TYPES[] = {DISSECTOR, EXT, 0},
		      LOOKUP_TYPES[] = {LOOKUP, EXT, 0}, FILTER_TYPES[] = {FILTER, 0};

/* Sockets in the first namespace are kept while the trace lives; each 1 more than the descriptor. */
static int receiver, sender;
static int marker_in, marker_out;

static int packet_socket(int index, uint16_t protocol)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = index};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd >= 0 && protocol != 0 && bind(fd, (struct sockaddr *)&at, sizeof at) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int socket_in(int netns, uint16_t protocol)
{
	if (!visit_netns(netns))
		return -1;
	int fd = packet_socket(0, protocol);
	int error = errno;
	leave_netns();
	errno = error;
	return fd;
}

void close_event_sockets(void)
{
	if (receiver > 0)
		close(receiver - 1);
	if (sender > 0)
		close(sender - 1);
	receiver = sender = 0;
}

/* To an address of the receiver's own: a bridge keeps such a frame, and sends it to no other port. */
static long send_frame(int fd, int index, uint16_t protocol, const struct netdev *to_device)
{
	uint8_t frame[FRAME_SIZE] = {[6] = 2, [11] = 1};
	if (to_device != NULL)
		netdev_address(to_device, frame);
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = index, .sll_halen = 6};
	frame[12] = (uint8_t)(protocol >> 8);
	frame[13] = (uint8_t)protocol;
	return sendto(fd, frame, sizeof frame, 0, (struct sockaddr *)&to, sizeof to);
}

static bool take_frame(int fd)
{
	uint8_t frame[FRAME_SIZE];
	return recv(fd, frame, sizeof frame, MSG_DONTWAIT) > 0;
}

/* Everything that was sent before on this processor has been worked off: the second frame is behind whatever polls. */
static void pass_markers(void)
{
	for (int i = 0; i < MARKERS; i++) {
		struct pollfd wait = {.fd = marker_in - 1, .events = POLLIN};
		if (send_frame(marker_out - 1, LOOPBACK, MARKER, NULL) > 0 && poll(&wait, 1, step_ms) == 1)
			take_frame(marker_in - 1);
	}
}

static bool make_markers(void)
{
	if (marker_in == 0)
		marker_in = packet_socket(LOOPBACK, MARKER) + 1;
	if (marker_out == 0)
		marker_out = packet_socket(0, 0) + 1;
	return marker_in > 0 && marker_out > 0;
}

/* From here on, and until it is let go, the hub stays on one processor. */
static cpu_set_t stay(void)
{
	cpu_set_t before, one;
	sched_getaffinity(0, sizeof before, &before);
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof one, &one);
	return before;
}

/* A device that is gone or set down sends nothing, and nothing arrives there. */
static bool pass_frame(int out, int fd, int in, const struct netdev *target)
{
	while (in >= 0 && take_frame(in))
		;
	cpu_set_t before = stay();
	start_log();
	bool arrived = send_frame(fd, out, FRAME, target) > 0;
	pass_markers();
	sched_setaffinity(0, sizeof before, &before);
	return arrived && in >= 0 && take_frame(in);
}

/* The end that sends, and the one at which the frame comes out. */
static bool ends_of(const char *hook, int at, int *from, int *to)
{
	int peer = shared->netdevs[at].peer;
	bool loop = shared->netdevs[at].index == LOOPBACK;
	*from = is(hook, "rx") ? peer : at;
	*to = is(hook, "tx") ? peer : at;
	return is(hook, "loop") ? loop : peer >= 0;
}

static void frame_event(const struct request *request, struct reply *reply)
{
	const char *hook = arg(request, "hook"), *name = arg(request, "netdev");
	/* A packet over loopback needs no name of a device. */
	int at = name == NULL ? netdev_with_index(LOOPBACK_INDEX) : netdev_named(name), from, to;
	if (at < 0 || !ends_of(hook, at, &from, &to))
		return reply_status(reply, "!unsupported: a frame (%s) at %s", hook, name == NULL ? "no device" : name);
	const struct netdev *source = &shared->netdevs[from], *target = &shared->netdevs[to];
	bool keep_source = source->netns == 0, keep_target = target->netns == 0;
	int out = keep_source ? sender - 1 : -1, in = keep_target ? receiver - 1 : -1;
	if (!make_markers())
		return reply_result(reply, -1);
	if (out < 0)
		out = socket_in(source->netns, 0);
	if (out < 0)
		return reply_status(reply, "!unsupported: an event in a namespace that nobody can enter");
	if (in < 0)
		in = socket_in(target->netns, FRAME);
	bool arrived = pass_frame(source->index, out, in, target);
	reply_status(reply, "ok");
	reply_add(reply, "verdict=%s", arrived ? "allow" : "dropped");
	finish_log_of(reply, FRAME_TYPES);
	if (keep_source)
		sender = out + 1;
	else
		close(out);
	/* It hears of every device: a port gives its frames to its bridge. */
	if (in >= 0 && keep_target)
		receiver = in + 1;
	else if (in >= 0)
		close(in);
}

/* Sending through a packet socket looks for the transport header, and the dissector of the namespace is asked. */
static void dissector_event(int netns, struct reply *reply)
{
	int out = socket_in(netns, 0);
	if (out < 0)
		return reply_status(reply, "!unsupported: an event in a namespace that nobody can enter");
	start_log();
	bool sent = send_frame(out, LOOPBACK, FRAME, NULL) > 0;
	reply_status(reply, "ok");
	reply_add(reply, "verdict=%s", sent ? "allow" : "dropped");
	finish_log_of(reply, DISSECTOR_TYPES);
	close(out);
}

int listening(struct sockaddr_in *at)
{
	socklen_t size = sizeof *at;
	*at = (struct sockaddr_in){.sin_family = AF_INET};
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)at, size) == 0 && listen(fd, 1) == 0 &&
	    getsockname(fd, (struct sockaddr *)at, &size) == 0)
		return fd;
	close(fd);
	return -1;
}

/*
 * What was closed before on this processor is freed before this socket is, and the count shows when that is: grace periods
 * end in the order in which they began.
 */
static void let_go(void)
{
	long used = sockets_used();
	close(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
	wait_for_sockets(used);
}

/* 0, an error, or EINPROGRESS where neither an answer nor a refusal came back: a program at loopback dropped the packet. */
static int connected(int client, const struct sockaddr_in *at)
{
	int error = 0;
	socklen_t size = sizeof error;
	struct pollfd done = {.fd = client, .events = POLLOUT};
	if (connect(client, (const struct sockaddr *)at, sizeof *at) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	pass_markers();
	if (poll(&done, 1, 0) != 1)
		return EINPROGRESS;
	getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

/* A connection over loopback: its first packet looks for a listening socket. */
static void lookup_event(int netns, struct reply *reply)
{
	struct sockaddr_in at;
	struct linger reset = {.l_onoff = 1};
	if (!make_markers())
		return reply_result(reply, -1);
	if (!visit_netns(netns))
		return reply_status(reply, "!unsupported: an event in a namespace that nobody can enter");
	cpu_set_t before = stay();
	int server = listening(&at), client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	start_log();
	int error = server < 0 ? errno : connected(client, &at);
	reply_status(reply, "ok");
	reply_add(reply, "verdict=%s", error == 0 ? "allow" : error == EINPROGRESS ? "dropped" : "deny");
	if (error != 0 && error != EINPROGRESS)
		reply_add(reply, "denied=%d", error);
	finish_log_of(reply, LOOKUP_TYPES);
	close(client);
	if (server >= 0)
		close(server);
	if (netns != 0)
		let_go();
	sched_setaffinity(0, sizeof before, &before);
	leave_netns();
}

/*
 * A datagram over loopback passes the hooks of its way out and in. It is one of a protocol that nobody answers, and that
 * sk_lookup does not know.
 */
static void netfilter_event(int netns, struct reply *reply)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!make_markers())
		return reply_result(reply, -1);
	if (!visit_netns(netns))
		return reply_status(reply, "!unsupported: an event in a namespace that nobody can enter");
	cpu_set_t before = stay();
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, EXPERIMENTAL);
	start_log();
	/* What its own socket is refused, and what is dropped on the way, is not there all the same. */
	bool arrived = sendto(fd, "x", 1, 0, (struct sockaddr *)&at, sizeof at) == 1;
	pass_markers();
	arrived = arrived && take_frame(fd);
	reply_status(reply, "ok");
	reply_add(reply, "verdict=%s", arrived ? "allow" : "dropped");
	finish_log_of(reply, FILTER_TYPES);
	close(fd);
	if (netns != 0)
		let_go();
	sched_setaffinity(0, sizeof before, &before);
	leave_netns();
}

bool make_net_event(const struct request *request, struct reply *reply)
{
	const char *hook = arg(request, "hook"), *name = arg(request, "netns");
	if (is(hook, "rx") || is(hook, "tx") || is(hook, "loop")) {
		if (arg(request, "netdev") == NULL && !is(hook, "loop"))
			reply_status(reply, "!unsupported: a frame at no device");
		else
			frame_event(request, reply);
		return true;
	}
	if (!is(hook, "sk_lookup") && !is(hook, "flow_dissector") && !is(hook, "netfilter"))
		return false;
	int netns = name == NULL ? 0 : netns_named(name);
	if (is(hook, "sk_lookup"))
		lookup_event(netns, reply);
	else if (is(hook, "netfilter"))
		netfilter_event(netns, reply);
	else
		dissector_event(netns, reply);
	return true;
}
