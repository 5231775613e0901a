/* XDP over netlink. */
#include "agent.h"
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

enum {
	XDP_FD = 1,
	XDP_ATTACHED = 2,
	XDP_FLAGS = 3,
	XDP_PROG_ID = 4,
	XDP_DRV_PROG_ID = 5,
	XDP_SKB_PROG_ID = 6,
	XDP_EXPECTED_FD = 8,
	FLAG_REPLACE = 1 << 4,
};

/* A descriptor argument: absent is "none", which is a negative number. */
static int32_t fd_or_none(const struct request *request, const char *key)
{
	return arg(request, key) == NULL ? -1 : arg_fd(request, key);
}

static void set(const struct request *request, struct reply *reply)
{
	struct message message;
	struct ifinfomsg info = {.ifi_index = arg_ifindex(request)};
	uint32_t flags = (uint32_t)arg_int(request, "flags", 0);
	if (arg(request, "oldProg") != NULL)
		flags |= FLAG_REPLACE;
	nl_begin(&message, RTM_SETLINK, 0, &info, sizeof info);
	size_t nest = nl_nest(&message, IFLA_XDP | NLA_F_NESTED);
	if (arg(request, "noFd") == NULL)
		nl_put32(&message, XDP_FD, (uint32_t)fd_or_none(request, "prog"));
	if (flags != 0)
		nl_put32(&message, XDP_FLAGS, flags);
	if (arg(request, "progId") != NULL)
		nl_put32(&message, XDP_PROG_ID, 1);
	bool given = arg(request, "expectedFd") != NULL;
	if ((given || (flags & FLAG_REPLACE) != 0) && arg(request, "noExpectedFd") == NULL)
		nl_put32(&message, XDP_EXPECTED_FD, (uint32_t)fd_or_none(request, given ? "expectedFd" : "oldProg"));
	nl_end(&message, nest);
	reply_result(reply, rtnl(&message, NULL, NULL));
}

struct shown {
	uint8_t attached;
	uint32_t drv, skb;
};

static void read_xdp(const struct nlmsghdr *header, void *context)
{
	struct shown *shown = context;
	size_t size = 0;
	const void *nest = nl_find(header, sizeof(struct ifinfomsg), IFLA_XDP, &size);
	const uint8_t *attached = nl_find_in(nest, size, XDP_ATTACHED, NULL);
	const uint32_t *drv = nl_find_in(nest, size, XDP_DRV_PROG_ID, NULL);
	const uint32_t *skb = nl_find_in(nest, size, XDP_SKB_PROG_ID, NULL);
	shown->attached = attached == NULL ? 0 : *attached;
	shown->drv = drv == NULL ? 0 : *drv;
	shown->skb = skb == NULL ? 0 : *skb;
}

static void query(const struct request *request, struct reply *reply)
{
	struct message message;
	struct shown shown = {0};
	char buffer[NAME_LEN];
	struct ifinfomsg info = {.ifi_index = arg_ifindex(request)};
	const char *mode = arg(request, "mode");
	nl_begin(&message, RTM_GETLINK, 0, &info, sizeof info);
	long result = rtnl(&message, read_xdp, &shown);
	reply_result(reply, result);
	if (result < 0)
		return;
	bool any = mode == NULL || is(mode, "any");
	uint32_t id = 0;
	const char *found = "none";
	if (shown.skb != 0 && (any || is(mode, "skb")))
		id = shown.skb, found = "skb";
	if (shown.drv != 0 && (any || is(mode, "drv")))
		id = shown.drv, found = "drv";
	reply_add(reply, "prog=%s", id == 0 ? "" : object_name('p', id, buffer));
	reply_add(reply, "mode=%s", found);
	reply_add(reply, "attached=%u", id == 0 ? 0 : shown.attached);
}

bool op_xdp(const struct request *request, struct reply *reply)
{
	if (is(request->op, "xdp_set"))
		set(request, reply);
	else if (is(request->op, "xdp_query"))
		query(request, reply);
	else
		return false;
	return true;
}
