/*
 * Namespaces and devices of a trace. The hub makes the namespaces, and its descriptors are their names: when the hub ends,
 * however that comes about, the kernel removes them with everything in them. Actors get a descriptor with the request that
 * speaks of a namespace.
 */
#include "agent.h"
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum {
	FIRST_INDEX = 100,
	/* No device ever has it. */
	NO_INDEX = 99999,
	/* No namespace ever has it: their numbers begin at PROC_DYNAMIC_FIRST. */
	NO_INO = 1,
	FIRST = 0,
	NETKIT_PEER_INFO = 1,
};

int passed_fd = -1, returned_fd = -1;
/* The hub's own namespace, and those of the trace that have a name; each 1 more than the descriptor. */
static int home, names[NETNS_MAX];
static int rtnl_socket = -1;

int netns_named(const char *name)
{
	for (int i = 0; i < shared->netns_used; i++)
		if (is(shared->netns[i].name, name))
			return i;
	return -1;
}

int netdev_named(const char *name)
{
	for (int i = 0; i < shared->netdevs_used; i++)
		if (is(shared->netdevs[i].name, name))
			return i;
	return -1;
}

int netdev_with_index(int index)
{
	for (int i = 0; i < shared->netdevs_used; i++)
		if (shared->netdevs[i].index == index && index != 0)
			return i;
	return -1;
}

/* Every namespace has a loopback of this index; the others are looked up by the kernel. */
int ifindex_seen_from(const struct netdev *netdev, int netns)
{
	return netdev->index == LOOPBACK_INDEX && netdev->netns != netns ? NO_INDEX : netdev->index;
}

int arg_ifindex(const struct request *request)
{
	const char *name = arg(request, "netdev");
	int at = name == NULL ? -1 : netdev_named(name);
	return at < 0 ? NO_INDEX : ifindex_seen_from(&shared->netdevs[at], shared->actors[self].netns);
}

int netns_name_fd(int netns) { return names[netns] - 1; }

void netdev_address(const struct netdev *netdev, uint8_t *address)
{
	memset(address, 0, ADDRESS_SIZE);
	if (netdev->index == LOOPBACK_INDEX)
		return;
	address[0] = 2; /* locally administered */
	address[ADDRESS_SIZE - 1] = (uint8_t)netdev->index;
}

static int own_netns_fd(void) { return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC); }

void leave_netns(void) { setns(home - 1, CLONE_NEWNET); }

bool visit_netns(int netns)
{
	char path[64];
	if (netns >= 0 && names[netns] > 0)
		return setns(names[netns] - 1, CLONE_NEWNET) == 0;
	for (int i = 0; netns >= 0 && i < ACTORS_MAX; i++) {
		if (!shared->actors[i].alive || shared->actors[i].netns != netns)
			continue;
		snprintf(path, sizeof path, "/proc/%d/ns/net", shared->actors[i].pid);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		bool inside = fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
		if (fd >= 0)
			close(fd);
		return inside;
	}
	return false;
}

/* A socket that needs no grace period to go. */
static bool set_up(const char *device)
{
	struct ifreq request = {.ifr_flags = IFF_UP};
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	close(fd);
	return up;
}

/* Without IPv6 no device ever sends anything by itself. */
static void silence(void)
{
	static const char *const files[] = {"/proc/sys/net/ipv6/conf/all/disable_ipv6",
					    "/proc/sys/net/ipv6/conf/default/disable_ipv6"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		int fd = open(files[i], O_WRONLY | O_CLOEXEC);
		if (fd >= 0)
			(void)!write(fd, "1", 1);
		close(fd);
	}
}

/* Names the namespace behind a descriptor; called inside it. */
static bool adopt(int at, int fd)
{
	struct stat info;
	if (fd < 0 || fstat(fd, &info) < 0)
		return false;
	silence();
	names[at] = fd + 1;
	/* Whoever had this number is no more. */
	for (int i = 0; i < shared->netns_used; i++)
		if (shared->netns[i].ino == (uint32_t)info.st_ino)
			shared->netns[i].ino = NO_INO;
	shared->netns[at].ino = (uint32_t)info.st_ino;
	return set_up("lo");
}

static int add_netns(const char *name)
{
	if (shared->netns_used == NETNS_MAX)
		return -1;
	struct netns *netns = &shared->netns[shared->netns_used];
	copy_name(netns->name, name);
	netns->ino = 0;
	return shared->netns_used++;
}

static bool make_netns(int at)
{
	if (unshare(CLONE_NEWNET) < 0)
		return false;
	bool made = adopt(at, own_netns_fd());
	leave_netns();
	return made;
}

bool netns_begin(void)
{
	if (home == 0)
		home = own_netns_fd() + 1;
	return home > 0 && add_netns("N0") == FIRST && make_netns(FIRST);
}

void enter_first_netns(void)
{
	if (shared->netns_used > 0)
		setns(names[FIRST] - 1, CLONE_NEWNET);
}

int first_rtnl(void)
{
	if (rtnl_socket < 0 && shared->netns_used > 0 && visit_netns(FIRST)) {
		rtnl_socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
		leave_netns();
	}
	return rtnl_socket;
}

void netns_reset(void)
{
	close_event_sockets();
	if (rtnl_socket >= 0)
		close(rtnl_socket);
	rtnl_socket = -1;
	for (int i = 0; i < NETNS_MAX; i++) {
		if (names[i] > 0)
			close(names[i] - 1);
		names[i] = 0;
	}
	shared->netns_used = 0;
	shared->netdevs_used = 0;
}

static void put_end(struct message *message, const struct netdev *netdev, int netns_fd)
{
	char name[16];
	snprintf(name, sizeof name, "lr%d", netdev->index);
	nl_put_text(message, IFLA_IFNAME, name);
	if (is(netdev->kind, "veth") || is(netdev->kind, "physical")) {
		uint8_t address[ADDRESS_SIZE];
		netdev_address(netdev, address);
		nl_put(message, IFLA_ADDRESS, address, sizeof address);
	}
	if (netdev->mtu > 0)
		nl_put32(message, IFLA_MTU, (uint32_t)netdev->mtu);
	if (netns_fd >= 0)
		nl_put32(message, IFLA_NET_NS_FD, (uint32_t)netns_fd);
}

void build_netdev(struct message *message, const struct netdev *netdev, int netns_fd, int peer_netns_fd)
{
	struct ifinfomsg info = {.ifi_index = netdev->index};
	nl_begin(message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof info);
	put_end(message, netdev, netns_fd);
	size_t link = nl_nest(message, IFLA_LINKINFO | NLA_F_NESTED);
	nl_put_text(message, IFLA_INFO_KIND, is(netdev->kind, "physical") ? "veth" : netdev->kind);
	if (netdev->peer >= 0) {
		const struct netdev *peer = &shared->netdevs[netdev->peer];
		struct ifinfomsg peer_info = {.ifi_index = peer->index};
		size_t data = nl_nest(message, IFLA_INFO_DATA | NLA_F_NESTED);
		size_t end = nl_nest(message, (is(netdev->kind, "netkit") ? NETKIT_PEER_INFO : VETH_INFO_PEER) | NLA_F_NESTED);
		struct nlmsghdr *header = (struct nlmsghdr *)message->words;
		memcpy((uint8_t *)message->words + header->nlmsg_len, &peer_info, sizeof peer_info);
		header->nlmsg_len += (uint32_t)sizeof peer_info;
		put_end(message, peer, peer_netns_fd);
		nl_end(message, end);
		nl_end(message, data);
	}
	nl_end(message, link);
}

static void copy_qdisc(const struct nlmsghdr *header, void *name)
{
	const char *qdisc = nl_find(header, sizeof(struct ifinfomsg), IFLA_QDISC, NULL);
	copy_name(name, qdisc == NULL ? "" : qdisc);
}

/* Called inside the namespace of the device. */
static bool is_active(const struct netdev *netdev)
{
	struct message message;
	struct ifinfomsg info = {.ifi_index = netdev->index};
	char qdisc[NAME_LEN] = "";
	long used = sockets_used();
	nl_begin(&message, RTM_GETLINK, 0, &info, sizeof info);
	bool found = rtnl(&message, copy_qdisc, qdisc) == 0;
	if (netdev->netns != FIRST)
		wait_for_sockets(used);
	/* The kernel tells a device that it has a carrier by a work item, and only then frames leave it. */
	return !found || !is(qdisc, "noop");
}

/* A device passes frames some time after it was set up. */
static void await_active(int at)
{
	const struct netdev *netdev = &shared->netdevs[at];
	if (!visit_netns(netdev->netns))
		return;
	for (int waited = 0; waited < step_ms && !is_active(netdev); waited++)
		usleep(1000);
	leave_netns();
}

static bool is_up(int at)
{
	struct ifreq request = {.ifr_flags = 0};
	const struct netdev *netdev = &shared->netdevs[at];
	if (!visit_netns(netdev->netns))
		return false;
	snprintf(request.ifr_name, sizeof request.ifr_name, "lr%d", netdev->index);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
	close(fd);
	leave_netns();
	return up;
}

static void await_pair(int at)
{
	int peer = shared->netdevs[at].peer;
	if (peer < 0 || !is_up(at) || !is_up(peer))
		return;
	await_active(at);
	await_active(peer);
}

static bool bring_up(int at)
{
	char name[16];
	const struct netdev *netdev = &shared->netdevs[at];
	snprintf(name, sizeof name, "lr%d", netdev->index);
	if (!visit_netns(netdev->netns))
		return false;
	bool up = set_up(name);
	leave_netns();
	return up;
}

static void set_both_up(int at)
{
	bring_up(at);
	if (shared->netdevs[at].peer >= 0)
		bring_up(shared->netdevs[at].peer);
	await_pair(at);
}

static int add_netdev(const char *name, const char *kind, int netns)
{
	int at = shared->netdevs_used++;
	struct netdev *netdev = &shared->netdevs[at];
	*netdev = (struct netdev){.index = FIRST_INDEX + at, .peer = -1, .master = -1, .netns = netns};
	copy_name(netdev->name, name);
	snprintf(netdev->kind, sizeof netdev->kind, "%s", kind);
	if (is(kind, "loopback"))
		netdev->index = LOOPBACK_INDEX;
	return at;
}

/* What always has another end gets one. */
static bool has_ends(const char *kind) { return is(kind, "veth") || is(kind, "physical") || is(kind, "netkit"); }

static void declare_netdev(const struct request *request, struct reply *reply)
{
	struct message message;
	char hidden[NAME_LEN];
	const char *kind = arg(request, "kind"), *peer_name = arg(request, "peer"), *peer_netns = arg(request, "peerNetns");
	int netns = netns_named(arg(request, "netns"));
	if (netns < 0 || shared->netdevs_used + 2 > NETDEVS_MAX)
		return reply_status(reply, "!too many devices");
	int at = add_netdev(arg(request, "name"), kind, netns);
	shared->netdevs[at].mtu = (int)arg_int(request, "mtu", 0);
	int peer_place = peer_netns == NULL ? netns : netns_named(peer_netns);
	if (has_ends(kind)) {
		snprintf(hidden, sizeof hidden, "%.40s~", arg(request, "name"));
		int peer = add_netdev(peer_name == NULL ? hidden : peer_name, kind, peer_place);
		shared->netdevs[at].peer = peer;
		shared->netdevs[peer].peer = at;
		shared->netdevs[peer].hidden = peer_name == NULL;
		shared->netdevs[peer].mtu = (int)arg_int(request, "peerMtu", 0);
	}
	reply_status(reply, "ok");
	if (arg(request, "later") != NULL || is(kind, "loopback"))
		return;
	build_netdev(&message, &shared->netdevs[at], names[netns] - 1, names[peer_place] - 1);
	if (nl_talk(first_rtnl(), &message, NULL, NULL) < 0) {
		if (errno == EOPNOTSUPP)
			return reply_status(reply, "!unsupported: this kernel makes no devices of kind %s", kind);
		return reply_result(reply, -1);
	}
	set_both_up(at);
}

static void declare_netns(const struct request *request, struct reply *reply)
{
	const char *name = arg(request, "name");
	reply_status(reply, "ok");
	if (netns_named(name) >= 0)
		return;
	int at = add_netns(name);
	if (at < 0)
		return reply_status(reply, "!too many namespaces");
	if (arg(request, "later") == NULL && !make_netns(at))
		reply_result(reply, -1);
}

bool net_declaration(const struct request *request, struct reply *reply)
{
	if (is(request->op, "declare_netns"))
		declare_netns(request, reply);
	else if (is(request->op, "declare_netdev"))
		declare_netdev(request, reply);
	else
		return false;
	return true;
}

static void ask(int actor, const char *line, int fd, struct reply *reply, int *got)
{
	ask_actor(actor, line, fd, reply->text, sizeof reply->text, got, true);
	reply->len = strlen(reply->text);
}

/* The actor makes it, so that the kernel says whether it may; it comes back as a descriptor. */
static void netns_add(int actor, const char *line, int at, struct reply *reply)
{
	int fd = -1;
	if (at < 0 || shared->netns[at].ino != 0)
		return reply_status(reply, "%d", EEXIST);
	ask(actor, line, -1, reply, &fd);
	if (fd < 0)
		return;
	if (setns(fd, CLONE_NEWNET) < 0 || !adopt(at, fd))
		reply_status(reply, "!cannot enter a namespace");
	leave_netns();
}

static void netns_delete(int at, struct reply *reply)
{
	if (at <= FIRST || names[at] == 0)
		return reply_status(reply, "%d", ENOENT);
	close(names[at] - 1);
	names[at] = 0;
	reply_status(reply, "ok");
}

static bool takes_netns(const char *op)
{
	static const char *const ops[] = {"link_create", "query", "netdev_move", "enter_netns", "open_netns"};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (is(op, ops[i]))
			return true;
	return false;
}

bool net_descriptor(const struct request *request, int *fd)
{
	const char *op = request->op, *named = arg(request, "netns");
	*fd = -1;
	if (is(op, "netns_add") || is(op, "netns_delete") || is(op, "netdev_add"))
		return false;
	if (named == NULL || named[0] == '@' || named[0] == '#' || !takes_netns(op))
		return true;
	int at = netns_named(named);
	*fd = at < 0 ? -1 : names[at] - 1;
	return *fd >= 0;
}

bool net_request(int actor, const char *line, const struct request *request, struct reply *reply)
{
	const char *op = request->op, *named = arg(request, "netns"), *device = arg(request, "netdev");
	bool literal = named != NULL && (named[0] == '@' || named[0] == '#');
	int at = named == NULL || literal ? -1 : netns_named(named);
	if (is(op, "netns_add")) {
		netns_add(actor, line, at, reply);
	} else if (is(op, "netns_delete")) {
		netns_delete(at, reply);
	} else if (named != NULL && !literal && takes_netns(op)) {
		/* A name that is gone cannot be opened. */
		if (at < 0 || names[at] == 0)
			reply_status(reply, "%d", ENOENT);
		else
			ask(actor, line, names[at] - 1, reply, NULL);
	} else if (is(op, "netdev_add") || is(op, "netdev_up")) {
		ask(actor, line, -1, reply, NULL);
		int netdev = device == NULL ? -1 : netdev_named(device);
		if (!is(reply->text, "ok") || netdev < 0)
			return true;
		if (is(op, "netdev_add"))
			set_both_up(netdev);
		else
			await_pair(netdev);
	} else {
		return false;
	}
	return true;
}
