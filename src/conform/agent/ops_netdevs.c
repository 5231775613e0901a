/* Devices and namespaces, as an actor changes them. */
#include "agent.h"
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>

static void link_begin(struct message *message, uint16_t type, const struct request *request)
{
	struct ifinfomsg info = {.ifi_index = arg_ifindex(request)};
	nl_begin(message, type, 0, &info, sizeof info);
}

static int device_of(const struct request *request)
{
	const char *name = arg(request, "netdev");
	return name == NULL ? -1 : netdev_named(name);
}

/* Both ends come into being where the actor is. */
static void add(const struct request *request, struct reply *reply)
{
	struct message message;
	int at = device_of(request);
	if (at < 0)
		return reply_status(reply, "!unknown device");
	build_netdev(&message, &shared->netdevs[at], -1, -1);
	long result = rtnl(&message, NULL, NULL);
	reply_result(reply, result);
	if (result < 0)
		return;
	int peer = shared->netdevs[at].peer;
	shared->netdevs[at].netns = shared->actors[self].netns;
	if (peer >= 0)
		shared->netdevs[peer].netns = shared->actors[self].netns;
}

static void delete(const struct request *request, struct reply *reply)
{
	struct message message;
	link_begin(&message, RTM_DELLINK, request);
	reply_result(reply, rtnl(&message, NULL, NULL));
}

static void move(const struct request *request, struct reply *reply)
{
	struct message message;
	int at = device_of(request);
	link_begin(&message, RTM_SETLINK, request);
	nl_put32(&message, IFLA_NET_NS_FD, (uint32_t)passed_fd);
	long result = rtnl(&message, NULL, NULL);
	reply_result(reply, result);
	if (result < 0 || at < 0)
		return;
	shared->netdevs[at].netns = netns_named(arg(request, "netns"));
}

static void set_up_or_down(const struct request *request, struct reply *reply)
{
	struct message message;
	struct ifinfomsg info = {.ifi_index = arg_ifindex(request), .ifi_change = IFF_UP};
	info.ifi_flags = arg(request, "down") == NULL ? IFF_UP : 0;
	nl_begin(&message, RTM_SETLINK, 0, &info, sizeof info);
	reply_result(reply, rtnl(&message, NULL, NULL));
}

/* Is there a way from one master to the other, over pairs whose ends are both ports of something? */
static bool joined(int from, int to, bool *seen)
{
	if (from == to)
		return true;
	seen[from] = true;
	for (int i = 0; i < shared->netdevs_used; i++) {
		const struct netdev *port = &shared->netdevs[i];
		int next = port->master != from || port->peer < 0 ? -1 : shared->netdevs[port->peer].master;
		if (next >= 0 && !seen[next] && joined(next, to, seen))
			return true;
	}
	return false;
}

/* Nothing ever takes a frame out of a ring of bridges. */
static bool closes_ring(const struct netdev *netdev, int master)
{
	bool seen[NETDEVS_MAX] = {false};
	int other = netdev->peer < 0 ? -1 : shared->netdevs[netdev->peer].master;
	return other >= 0 && joined(master, other, seen);
}

static void enslave(const struct request *request, struct reply *reply)
{
	struct message message;
	const char *name = arg(request, "master");
	int master = name == NULL ? -1 : netdev_named(name);
	int at = device_of(request);
	if (master < 0 || at < 0)
		return reply_status(reply, "!unknown device");
	struct netdev *netdev = &shared->netdevs[at];
	if (closes_ring(netdev, master))
		return reply_status(reply, "!refused: a ring of bridges");
	link_begin(&message, RTM_SETLINK, request);
	nl_put32(&message, IFLA_MASTER,
		 (uint32_t)ifindex_seen_from(&shared->netdevs[master], shared->actors[self].netns));
	long result = rtnl(&message, NULL, NULL);
	reply_result(reply, result);
	if (result >= 0)
		netdev->master = master;
}

static int bond_mode_named(const char *word)
{
	static const char *const modes[] = {"roundrobin", "active_backup", "xor", "broadcast", "8023ad", "tlb", "alb"};
	for (size_t i = 0; word != NULL && i < sizeof modes / sizeof *modes; i++)
		if (is(word, modes[i]))
			return (int)i;
	return -1;
}

static void bond_mode(const struct request *request, struct reply *reply)
{
	struct message message;
	int mode = bond_mode_named(arg(request, "mode"));
	if (mode < 0)
		return reply_status(reply, "!unknown mode of a bond");
	link_begin(&message, RTM_NEWLINK, request);
	size_t link = nl_nest(&message, IFLA_LINKINFO | NLA_F_NESTED);
	nl_put_text(&message, IFLA_INFO_KIND, "bond");
	size_t data = nl_nest(&message, IFLA_INFO_DATA | NLA_F_NESTED);
	nl_put(&message, IFLA_BOND_MODE, &(uint8_t){(uint8_t)mode}, 1);
	nl_end(&message, data);
	nl_end(&message, link);
	reply_result(reply, rtnl(&message, NULL, NULL));
}

static void copy_flags(const struct nlmsghdr *header, void *flags)
{
	const struct ifinfomsg *info = NLMSG_DATA(header);
	*(unsigned *)flags = info->ifi_flags;
}

static void exists(const struct request *request, struct reply *reply)
{
	struct message message;
	unsigned flags = 0;
	link_begin(&message, RTM_GETLINK, request);
	long result = rtnl(&message, copy_flags, &flags);
	if (result < 0 && errno != ENODEV)
		return reply_result(reply, -1);
	reply_status(reply, "ok");
	reply_add(reply, "exists=%s", result < 0 ? "false" : "true");
	reply_add(reply, "upOrDown=%s", result < 0 ? "" : (flags & IFF_UP) != 0 ? "up" : "down");
}

/* Makes one and comes back; the hub gets the descriptor that keeps it. */
static void make_netns(struct reply *reply)
{
	int before = open_high("/proc/self/ns/net", O_RDONLY);
	if (before < 0 || unshare(CLONE_NEWNET) < 0) {
		reply_result(reply, -1);
		if (before >= 0)
			close(before);
		return;
	}
	returned_fd = open_high("/proc/self/ns/net", O_RDONLY);
	reply_result(reply, setns(before, CLONE_NEWNET));
	close(before);
}

static void enter(const struct request *request, struct reply *reply)
{
	long result = setns(passed_fd, CLONE_NEWNET);
	reply_result(reply, result);
	if (result >= 0)
		shared->actors[self].netns = netns_named(arg(request, "netns"));
}

bool op_netdevs(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "netdev_add"))
		add(request, reply);
	else if (is(op, "netdev_delete"))
		delete (request, reply);
	else if (is(op, "netdev_move"))
		move(request, reply);
	else if (is(op, "netdev_up"))
		set_up_or_down(request, reply);
	else if (is(op, "netdev_enslave"))
		enslave(request, reply);
	else if (is(op, "bond_mode"))
		bond_mode(request, reply);
	else if (is(op, "netdev_exists"))
		exists(request, reply);
	else if (is(op, "netns_add"))
		make_netns(reply);
	else if (is(op, "enter_netns"))
		enter(request, reply);
	else if (is(op, "open_netns")) {
		/* The descriptor that came with the request is the one that an open would have given. */
		reply_status(reply, passed_fd < 0 ? "%d" : "ok", EMFILE);
		if (passed_fd >= 0)
			install(reply, request->as, passed_fd);
		passed_fd = -1;
	} else
		return false;
	return true;
}
