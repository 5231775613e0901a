/* rtnetlink without a library: requests are built by hand, answers are read attribute by attribute. */
#include "agent.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <time.h>

enum { ANSWER_MAX = 32768 };

static struct nlmsghdr *header_of(struct message *message) { return (struct nlmsghdr *)message->words; }

static size_t aligned(size_t size) { return (size + 3) & ~(size_t)3; }

static void *reserve(struct message *message, size_t size)
{
	struct nlmsghdr *header = header_of(message);
	size_t at = aligned(header->nlmsg_len);
	if (at + size > sizeof message->words)
		abort();
	memset((uint8_t *)message->words + at, 0, aligned(size));
	header->nlmsg_len = (uint32_t)(at + size);
	return (uint8_t *)message->words + at;
}

void nl_begin(struct message *message, uint16_t type, uint16_t flags, const void *fixed, size_t size)
{
	struct nlmsghdr *header = header_of(message);
	*header = (struct nlmsghdr){.nlmsg_len = sizeof *header, .nlmsg_type = type};
	header->nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST | NLM_F_ACK);
	memcpy(reserve(message, size), fixed, size);
}

void nl_put(struct message *message, uint16_t type, const void *value, size_t size)
{
	struct nlattr *attr = reserve(message, sizeof *attr + size);
	attr->nla_type = type;
	attr->nla_len = (uint16_t)(sizeof *attr + size);
	if (size > 0)
		memcpy(attr + 1, value, size);
}

void nl_put32(struct message *message, uint16_t type, uint32_t value) { nl_put(message, type, &value, sizeof value); }

void nl_put_text(struct message *message, uint16_t type, const char *text)
{
	nl_put(message, type, text, strlen(text) + 1);
}

size_t nl_nest(struct message *message, uint16_t type)
{
	size_t at = aligned(header_of(message)->nlmsg_len);
	nl_put(message, type, NULL, 0);
	return at;
}

void nl_end(struct message *message, size_t nest)
{
	struct nlattr *attr = (struct nlattr *)((uint8_t *)message->words + nest);
	attr->nla_len = (uint16_t)(header_of(message)->nlmsg_len - nest);
}

const void *nl_find_in(const void *nest, size_t length, uint16_t type, size_t *size)
{
	const uint8_t *at = nest;
	while (at != NULL && length >= sizeof(struct nlattr)) {
		const struct nlattr *attr = (const struct nlattr *)at;
		if (attr->nla_len < sizeof *attr || attr->nla_len > length)
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type) {
			if (size != NULL)
				*size = attr->nla_len - sizeof *attr;
			return attr + 1;
		}
		size_t step = aligned(attr->nla_len);
		at += step;
		length = step > length ? 0 : length - step;
	}
	return NULL;
}

const void *nl_find(const struct nlmsghdr *header, size_t fixed, uint16_t type, size_t *size)
{
	size_t before = sizeof *header + aligned(fixed);
	if (header->nlmsg_len < before)
		return NULL;
	return nl_find_in((const uint8_t *)header + before, header->nlmsg_len - before, type, size);
}

/* One datagram of the answer; true when it brought the end, which `*result` then is. */
static bool read_answer(int socket, nl_each *each, void *context, int *result)
{
	static uint32_t bytes[ANSWER_MAX / 4];
	ssize_t length = recv(socket, bytes, sizeof bytes, 0);
	if (length < 0) {
		*result = -errno;
		return errno != EINTR;
	}
	const struct nlmsghdr *header = (const struct nlmsghdr *)bytes;
	for (size_t left = (size_t)length; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
		if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
			/* Of a dump the end carries its own error, of everything else the acknowledgement. */
			memcpy(result, NLMSG_DATA(header), sizeof *result);
			return true;
		}
		if (each != NULL)
			each(header, context);
	}
	return false;
}

long nl_talk(int socket, struct message *message, nl_each *each, void *context)
{
	struct nlmsghdr *header = header_of(message);
	int result = 0;
	if (send(socket, header, header->nlmsg_len, 0) < 0)
		return -1;
	while (!read_answer(socket, each, context, &result))
		;
	if (result >= 0)
		return 0;
	errno = -result;
	return -1;
}

int socket_high(int domain, int type, int protocol)
{
	bool lifted = lift_fd_limit();
	int high = move_high(socket(domain, type | SOCK_CLOEXEC, protocol));
	restore_fd_limit(lifted);
	return high;
}

long sockets_used(void)
{
	char text[256] = "";
	int fd = open_high("/proc/self/net/sockstat", O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	long used = -1;
	if (length > 0)
		sscanf(text, "sockets: used %ld", &used);
	return used;
}

/* Closed sockets are freed, and let go of their namespace, after a grace period. */
void wait_for_sockets(long used)
{
	for (int waited = 0; waited < step_ms && sockets_used() > used; waited++)
		usleep(1000);
}

long rtnl(struct message *message, nl_each *each, void *context)
{
	/* The first namespace is there until the end of the trace. */
	bool mortal = self >= 0 && shared->actors[self].netns > 0;
	long used = mortal ? sockets_used() : 0;
	int socket = socket_high(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (socket < 0)
		return -1;
	long result = nl_talk(socket, message, each, context);
	int error = errno;
	close(socket);
	if (mortal)
		wait_for_sockets(used);
	errno = error;
	return result;
}
