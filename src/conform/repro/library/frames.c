//: frame event_result log_element netns <arpa/inet.h> <linux/if_packet.h> <sys/socket.h>
/* One frame of a protocol that nobody else speaks (an experimental ethertype) leaves a device, and may arrive at another. */
enum { FRAME = 0x88b5 };

static int packet_socket(const char *netns, int protocol)
{
	int before = visit_netns(netns);
	if (before < 0)
		return before;
	int fd = result(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(protocol)));
	leave_netns(before);
	return fd;
}

static bool send_frame(int fd, int index)
{
	unsigned char frame[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, FRAME >> 8, FRAME & 0xff };
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(FRAME), .sll_ifindex = index, .sll_halen = 6 };
	return sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) > 0;
}

//: pass_frame frame
/* From a device in one namespace to a device in another one, or the same. */
static struct event pass_frame(const char *from, int out, const char *to, int in)
{
	struct event event = { .verdict = "dropped" };
	int sender = packet_socket(from, 0), receiver = packet_socket(to, FRAME);
	struct pollfd arrives = { .fd = receiver, .events = POLLIN };
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	if (send_frame(sender, out) && poll(&arrives, 1, 100) == 1) {
		struct sockaddr_ll at = { .sll_ifindex = 0 };
		socklen_t size = sizeof(at);
		char byte;
		if (recvfrom(receiver, &byte, 1, MSG_DONTWAIT, (struct sockaddr *)&at, &size) == 1 && at.sll_ifindex == in)
			event.verdict = "allow";
	}
	log_element(BPF_MAP_LOOKUP_ELEM);
	close(sender);
	close(receiver);
	return event;
}

//: dissect frame
/* Sending through a packet socket looks for the transport header, and the dissector of the namespace is asked. */
static struct event dissect(const char *netns)
{
	struct event event = { .verdict = "dropped" };
	int sender = packet_socket(netns, 0);
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	if (send_frame(sender, 1))
		event.verdict = "allow";
	log_element(BPF_MAP_LOOKUP_ELEM);
	close(sender);
	return event;
}

//: look_up event_result log_element netns <arpa/inet.h> <netinet/in.h> <sys/socket.h>
/* A connection over loopback: its first packet looks for a socket that listens. */
static struct event look_up(const char *netns)
{
	struct event event = { .verdict = "allow" };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int before = visit_netns(netns);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bind(server, (struct sockaddr *)&at, size);
	listen(server, 1);
	getsockname(server, (struct sockaddr *)&at, &size);
	memset(&seen, 0, sizeof(seen));
	log_element(BPF_MAP_UPDATE_ELEM);
	if (connect(client, (struct sockaddr *)&at, size) < 0)
		event = (struct event){ .verdict = "deny", .error = errno };
	log_element(BPF_MAP_LOOKUP_ELEM);
	close(client);
	close(server);
	if (before >= 0)
		leave_netns(before);
	return event;
}
