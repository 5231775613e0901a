//: netlink <linux/netlink.h> <linux/rtnetlink.h> <sys/socket.h>
/* A request of rtnetlink, built attribute by attribute. */
struct request {
	struct nlmsghdr header;
	char bytes[1024];
};

static void *reserve(struct request *request, size_t size)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	request->header.nlmsg_len = at + size;
	return (char *)request + at;
}

static struct request begin_request(int type, int flags, const void *fixed, size_t size)
{
	struct request request = { .header = { .nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = type } };
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	memcpy(reserve(&request, size), fixed, size);
	return request;
}

static struct nlattr *put(struct request *request, int type, const void *value, size_t size)
{
	struct nlattr *attr = reserve(request, NLA_HDRLEN + size);
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	if (size > 0)
		memcpy((char *)attr + NLA_HDRLEN, value, size);
	return attr;
}

/* Sends it. Answers go to `each`, and what the kernel says in the end is the result. */
static int talk(struct request *request, void (*each)(const struct nlmsghdr *answer, void *context), void *context)
{
	static uint32_t bytes[8192];
	int fd = ours(result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)));
	int said = fd < 0 ? fd : result(send(fd, request, request->header.nlmsg_len, 0));
	for (bool over = said < 0; !over;) {
		ssize_t length = recv(fd, bytes, sizeof(bytes), 0);
		size_t left = length < 0 ? 0 : length;
		over = length < 0;
		for (const struct nlmsghdr *answer = (void *)bytes; !over && NLMSG_OK(answer, left); answer = NLMSG_NEXT(answer, left)) {
			over = answer->nlmsg_type == NLMSG_ERROR || answer->nlmsg_type == NLMSG_DONE;
			if (over)
				memcpy(&said, NLMSG_DATA(answer), sizeof(said));
			else if (each != NULL)
				each(answer, context);
		}
	}
	if (fd >= 0)
		close(fd);
	return said;
}

//: put_number netlink
static void put_number(struct request *request, int type, uint32_t value)
{
	put(request, type, &value, sizeof(value));
}

//: put_text netlink
static void put_text(struct request *request, int type, const char *text)
{
	put(request, type, text, strlen(text) + 1);
}

//: nest netlink
static struct nlattr *nest(struct request *request, int type)
{
	return put(request, type | NLA_F_NESTED, NULL, 0);
}

static void end_nest(struct request *request, struct nlattr *nest)
{
	nest->nla_len = (char *)request + request->header.nlmsg_len - (char *)nest;
}

//: find netlink
/* An attribute among those that begin here. */
static const void *find(const void *first, int length, int type, int *size)
{
	for (const struct rtattr *at = first; first != NULL && RTA_OK(at, length); at = RTA_NEXT(at, length))
		if ((at->rta_type & NLA_TYPE_MASK) == type) {
			if (size != NULL)
				*size = RTA_PAYLOAD(at);
			return RTA_DATA(at);
		}
	return NULL;
}

//: netns bpffs <net/if.h> <sched.h> <sys/ioctl.h> <sys/mount.h>
/* A namespace is named by a bind mount beside the bpffs, as ip(8) does it. */
static const char *netns_path(const char *name)
{
	static char path[128];
	snprintf(path, sizeof(path), "../netns-%s", name);
	return path;
}

static int open_netns(const char *name)
{
	return result(open(netns_path(name), O_RDONLY | O_CLOEXEC));
}

/* Enters it. Where we were is the result. */
static int visit_netns(const char *name)
{
	int before = ours(result(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC))), at = ours(open_netns(name));
	int said = at < 0 ? at : result(setns(at, CLONE_NEWNET));
	if (at >= 0)
		close(at);
	if (said < 0)
		close(before);
	return said < 0 ? said : before;
}

static void leave_netns(int before)
{
	setns(before, CLONE_NEWNET);
	close(before);
}

static int set_up(const char *device)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int fd = ours(result(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
	snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
	int said = result(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
	return said;
}

/* Without IPv6 no device sends anything by itself. */
static void silence(void)
{
	static const char *const files[] = { "all", "default" };
	char path[64];
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", files[i]);
		int fd = ours(result(open(path, O_WRONLY | O_CLOEXEC)));
		if (fd >= 0 && write(fd, "1", 1) == 1)
			close(fd);
	}
}

/* Makes a namespace and names it; we stay where we are. */
static int add_netns(const char *name)
{
	int before = ours(result(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)));
	int file = ours(result(open(netns_path(name), O_CREAT | O_EXCL | O_RDONLY | O_CLOEXEC, 0444)));
	if (file < 0)
		return file;
	close(file);
	int said = result(unshare(CLONE_NEWNET));
	if (said == 0)
		said = result(mount("/proc/self/ns/net", netns_path(name), NULL, MS_BIND, NULL));
	struct stat info;
	for (int i = 0; said == 0 && i < NAMESPACES; i++)
		if (strcmp(netns_names[i], name) == 0 && stat(netns_path(name), &info) == 0)
			shared->netns_inode[i] = info.st_ino; /* the namespace may outlive its name */
	if (said == 0) {
		silence();
		said = set_up("lo");
	}
	leave_netns(before);
	return said;
}

//: enter_netns netns
static int enter_netns(const char *name)
{
	int before = visit_netns(name);
	if (before >= 0)
		close(before);
	return before < 0 ? before : 0;
}

//: delete_netns netns
/* The name goes, and the namespace with the last that is in it or holds it. */
static int delete_netns(const char *name)
{
	int said = result(umount2(netns_path(name), MNT_DETACH));
	return said < 0 ? said : result(unlink(netns_path(name)));
}

//: on_netns netns
/* A command whose target is a namespace, opened for this call only. */
static int on_netns(int command, const char *name, uint32_t *target_fd, void *attr, size_t size)
{
	int fd = ours(open_netns(name));
	if (fd < 0)
		return fd;
	*target_fd = fd;
	int said = bpf(command, attr, size);
	close(fd);
	return said;
}

//: netns_name netns
static const char *netns_name(uint32_t inode)
{
	for (int i = 0; i < NAMESPACES; i++)
		if (inode != 0 && shared->netns_inode[i] == inode)
			return netns_names[i];
	return inode == 0 ? "none" : "another namespace";
}

//: device_name
enum { FIRST_DEVICE = 100 }; /* where the numbers of our devices begin */

static const char *device_name(uint32_t index)
{
	const size_t count = sizeof(device_names) / sizeof(*device_names);
	if (index == 1)
		return "lo";
	return index == 0 ? "none" : index - FIRST_DEVICE < count ? device_names[index - FIRST_DEVICE] : "another device";
}

//: devices netlink nest put_number put_text <linux/veth.h>
/* A device to be made: in a namespace with a name, or where its maker is. */
struct device {
	int index;
	const char *name, *netns;
	int mtu;
};

static void put_device(struct request *request, const struct device *device, int netns)
{
	put_text(request, IFLA_IFNAME, device->name);
	if (device->mtu > 0)
		put_number(request, IFLA_MTU, device->mtu);
	if (netns >= 0)
		put_number(request, IFLA_NET_NS_FD, netns);
}

/* A device, and the other end of a pair if its index is not 0. */
static int add_devices(const char *kind, struct device device, struct device peer)
{
	struct ifinfomsg info = { .ifi_index = device.index }, other = { .ifi_index = peer.index };
	struct request request = begin_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	int at = device.netns == NULL ? -1 : ours(open_netns(device.netns));
	int peer_at = peer.netns == NULL ? -1 : ours(open_netns(peer.netns));
	put_device(&request, &device, at);
	struct nlattr *link = nest(&request, IFLA_LINKINFO);
	put_text(&request, IFLA_INFO_KIND, kind);
	if (peer.index > 0) {
		struct nlattr *data = nest(&request, IFLA_INFO_DATA);
		struct nlattr *end = nest(&request, VETH_INFO_PEER); /* IFLA_NETKIT_PEER_INFO has the same number */
		memcpy(reserve(&request, sizeof(other)), &other, sizeof(other));
		put_device(&request, &peer, peer_at);
		end_nest(&request, end);
		end_nest(&request, data);
	}
	end_nest(&request, link);
	int said = talk(&request, NULL, NULL);
	if (at >= 0)
		close(at);
	if (peer_at >= 0)
		close(peer_at);
	return said;
}

//: running netns
static bool is_running(const char *device)
{
	struct ifreq request = { .ifr_flags = 0 };
	int fd = ours(result(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
	snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
	bool running = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_RUNNING) != 0;
	close(fd);
	return running;
}

/* Frames leave a device some time after it was set up. */
static int bring_up(const char *device, const char *netns, bool awaited)
{
	int before = visit_netns(netns), said = before < 0 ? before : set_up(device);
	for (int tries = 0; awaited && said == 0 && tries < 1000 && !is_running(device); tries++)
		usleep(1000);
	usleep(awaited ? 2000 : 0);
	if (before >= 0)
		leave_netns(before);
	return said;
}

//: change_device netlink
/* A request that names a device and nothing else. */
static int change_device(int type, int index, uint32_t flags, uint32_t change)
{
	struct ifinfomsg info = { .ifi_index = index, .ifi_flags = flags, .ifi_change = change };
	struct request request = begin_request(type, 0, &info, sizeof(info));
	return talk(&request, NULL, NULL);
}

//: set_device netlink put_number
static int set_device(int index, int attribute, uint32_t value)
{
	struct ifinfomsg info = { .ifi_index = index };
	struct request request = begin_request(RTM_SETLINK, 0, &info, sizeof(info));
	put_number(&request, attribute, value);
	return talk(&request, NULL, NULL);
}

//: move_device set_device netns
static int move_device(int index, const char *netns)
{
	int fd = ours(open_netns(netns));
	if (fd < 0)
		return fd;
	int said = set_device(index, IFLA_NET_NS_FD, fd);
	close(fd);
	return said;
}

//: bond_mode netlink nest put_text
static int set_bond_mode(int index, uint8_t mode)
{
	struct ifinfomsg info = { .ifi_index = index };
	struct request request = begin_request(RTM_NEWLINK, 0, &info, sizeof(info));
	struct nlattr *link = nest(&request, IFLA_LINKINFO);
	put_text(&request, IFLA_INFO_KIND, "bond");
	struct nlattr *data = nest(&request, IFLA_INFO_DATA);
	put(&request, IFLA_BOND_MODE, &mode, sizeof(mode));
	end_nest(&request, data);
	end_nest(&request, link);
	return talk(&request, NULL, NULL);
}

//: device_state netlink <net/if.h>
static void keep_flags(const struct nlmsghdr *answer, void *flags)
{
	*(unsigned *)flags = ((const struct ifinfomsg *)NLMSG_DATA(answer))->ifi_flags;
}

/* As the process sees it: up, down, or none. */
static int device_state(int index, const char **state)
{
	struct ifinfomsg info = { .ifi_index = index };
	struct request request = begin_request(RTM_GETLINK, 0, &info, sizeof(info));
	unsigned flags = 0;
	int said = talk(&request, keep_flags, &flags);
	*state = said < 0 ? "none" : (flags & IFF_UP) != 0 ? "up" : "down";
	return said == -ENODEV ? 0 : said;
}

//: xdp_set netlink nest put_number <linux/if_link.h>
/* Attributes that a request has. */
enum { WITH_FD = 1, WITH_EXPECTED = 2, WITH_ID = 4 };

static int xdp_set(int index, int with, int fd, uint32_t flags, int expected)
{
	struct ifinfomsg info = { .ifi_index = index };
	struct request request = begin_request(RTM_SETLINK, 0, &info, sizeof(info));
	struct nlattr *xdp = nest(&request, IFLA_XDP);
	if ((with & WITH_FD) != 0)
		put_number(&request, IFLA_XDP_FD, fd);
	if (flags != 0)
		put_number(&request, IFLA_XDP_FLAGS, flags);
	if ((with & WITH_ID) != 0)
		put_number(&request, IFLA_XDP_PROG_ID, 1);
	if ((with & WITH_EXPECTED) != 0)
		put_number(&request, IFLA_XDP_EXPECTED_FD, expected);
	end_nest(&request, xdp);
	return talk(&request, NULL, NULL);
}

//: xdp_query netlink find <linux/if_link.h>
struct xdp {
	const char *wanted, *mode;
	uint8_t attached;
	uint32_t id;
};

static void keep_xdp(const struct nlmsghdr *answer, void *context)
{
	struct xdp *xdp = context;
	const struct ifinfomsg *info = NLMSG_DATA(answer);
	int size = 0;
	const void *nest = find(IFLA_RTA(info), IFLA_PAYLOAD(answer), IFLA_XDP, &size);
	const uint8_t *attached = find(nest, size, IFLA_XDP_ATTACHED, NULL);
	const uint32_t *drv = find(nest, size, IFLA_XDP_DRV_PROG_ID, NULL), *skb = find(nest, size, IFLA_XDP_SKB_PROG_ID, NULL);
	bool any = strcmp(xdp->wanted, "any") == 0;
	if (drv != NULL && *drv != 0 && (any || strcmp(xdp->wanted, "drv") == 0))
		*xdp = (struct xdp){ xdp->wanted, "drv", attached ? *attached : 0, *drv };
	else if (skb != NULL && *skb != 0 && (any || strcmp(xdp->wanted, "skb") == 0))
		*xdp = (struct xdp){ xdp->wanted, "skb", attached ? *attached : 0, *skb };
}

static int xdp_query(int index, const char *mode, struct xdp *xdp)
{
	struct ifinfomsg info = { .ifi_index = index };
	struct request request = begin_request(RTM_GETLINK, 0, &info, sizeof(info));
	*xdp = (struct xdp){ .wanted = mode, .mode = "none" };
	return talk(&request, keep_xdp, xdp);
}

//: qdisc netlink put_text <linux/pkt_sched.h>
static int qdisc(int type, int flags, int index, uint32_t handle, const char *kind)
{
	struct tcmsg tc = { .tcm_ifindex = index, .tcm_parent = TC_H_CLSACT, .tcm_handle = handle };
	struct request request = begin_request(type, flags, &tc, sizeof(tc));
	put_text(&request, TCA_KIND, kind);
	return talk(&request, NULL, NULL);
}

//: tc_filter netlink find <linux/pkt_cls.h> <linux/pkt_sched.h>
/* A filter as the kernel shows it. */
struct filter {
	uint32_t handle, priority, id;
};

static void keep_filter(const struct nlmsghdr *answer, void *filter)
{
	const struct tcmsg *tc = NLMSG_DATA(answer);
	int size = 0;
	if (answer->nlmsg_type != RTM_NEWTFILTER)
		return;
	const void *options = find(TCA_RTA(tc), TCA_PAYLOAD(answer), TCA_OPTIONS, &size);
	const uint32_t *id = find(options, size, TCA_BPF_ID, NULL);
	*(struct filter *)filter = (struct filter){ tc->tcm_handle, tc->tcm_info >> 16, id == NULL ? 0 : *id };
}

//: filter_request tc_filter <arpa/inet.h> <linux/if_ether.h>
static struct request filter_request(int type, int flags, int index, uint32_t parent, uint32_t handle, uint32_t priority,
				     uint16_t protocol)
{
	struct tcmsg tc = { .tcm_ifindex = index, .tcm_parent = parent, .tcm_handle = handle,
			    .tcm_info = TC_H_MAKE(priority << 16, htons(protocol)) };
	return begin_request(type, flags, &tc, sizeof(tc));
}

//: tc_filter_attach filter_request nest put_number put_text
static int tc_filter_attach(struct request request, const char *kind, int fd, struct filter *filter)
{
	put_text(&request, TCA_KIND, kind);
	struct nlattr *options = nest(&request, TCA_OPTIONS);
	if (fd >= 0)
		put_number(&request, TCA_BPF_FD, fd);
	put_text(&request, TCA_BPF_NAME, "lastref");
	put_number(&request, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	end_nest(&request, options);
	return talk(&request, keep_filter, filter);
}

//: tc_filter_named filter_request put_text
static int tc_filter_named(struct request request, const char *kind, struct filter *filter)
{
	if (kind != NULL)
		put_text(&request, TCA_KIND, kind);
	return talk(&request, keep_filter, filter);
}

//: tc_filter_dump tc_filter
/* All filters of a direction, in the order in which they run. */
static struct filter filters[64];
static unsigned filters_count;

static void add_filter(const struct nlmsghdr *answer, void *context)
{
	struct filter filter = { 0 };
	(void)context;
	keep_filter(answer, &filter);
	if (filter.handle != 0 && filters_count < 64) /* a priority shows itself before its filters */
		filters[filters_count++] = filter;
}

static int tc_filter_dump(int index, uint32_t parent)
{
	struct tcmsg tc = { .tcm_ifindex = index, .tcm_parent = parent };
	struct request request = begin_request(RTM_GETTFILTER, NLM_F_DUMP, &tc, sizeof(tc));
	filters_count = 0;
	return talk(&request, add_filter, NULL);
}

//: filter_programs tc_filter_dump names
static const char *filter_programs(void)
{
	uint32_t ids[64];
	for (unsigned i = 0; i < filters_count; i++)
		ids[i] = filters[i].id;
	return names_of(ids, filters_count);
}

//: filter_list tc_filter_dump names
/* priority:handle=program */
static const char *filter_list(void)
{
	static char text[4096];
	size_t length = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < filters_count && length < sizeof(text) - 128; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%u:%u=%s", i ? " " : "", filters[i].priority,
				   filters[i].handle, names_of(&filters[i].id, 1));
	return text;
}
