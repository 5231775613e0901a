/*
 * Devices of the trace's first namespace and what is attached to them, and the hooks of its namespaces, from outside. Other
 * namespaces end when the trace lets go of them: nobody enters them only to look.
 */
#include "agent.h"
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

enum { CMD_QUERY = 16, XDP_DRV_ID = 5, XDP_SKB_ID = 6, OPTION_ID = 11, FIRST_NETKIT = 54 };

struct device {
	unsigned flags;
	int master;
	uint32_t drv, skb;
};

static uint32_t read32(const void *at)
{
	uint32_t value = 0;
	if (at != NULL)
		memcpy(&value, at, sizeof value);
	return value;
}

static void read_device(const struct nlmsghdr *header, void *context)
{
	struct device *device = context;
	size_t size = 0;
	const struct ifinfomsg *info = NLMSG_DATA(header);
	const void *nest = nl_find(header, sizeof *info, IFLA_XDP, &size);
	device->flags = info->ifi_flags;
	device->master = (int)read32(nl_find(header, sizeof *info, IFLA_MASTER, NULL));
	device->drv = read32(nl_find_in(nest, size, XDP_DRV_ID, NULL));
	device->skb = read32(nl_find_in(nest, size, XDP_SKB_ID, NULL));
}

static const char *name_of(char kind, uint32_t id, char *buffer)
{
	return id == 0 ? "" : object_name(kind, id, buffer);
}

static void show_device(struct reply *reply, const struct netdev *netdev)
{
	struct message message;
	struct device device = {0};
	char drv[NAME_LEN], skb[NAME_LEN];
	struct ifinfomsg info = {.ifi_index = ifindex_seen_from(netdev, 0)};
	nl_begin(&message, RTM_GETLINK, 0, &info, sizeof info);
	if (nl_talk(first_rtnl(), &message, read_device, &device) < 0)
		return reply_add(reply, "netdev=%s|absent", netdev->name);
	int master = netdev_with_index(device.master);
	reply_add(reply, "netdev=%s|%s|%s|%s|%s", netdev->name, (device.flags & IFF_UP) != 0 ? "up" : "down",
		  master < 0 ? "" : shared->netdevs[master].name, name_of('p', device.drv, drv),
		  name_of('p', device.skb, skb));
}

/* Names of programs and of the links that own them; - where a program has none. */
static void show_list(struct reply *reply, const char *key, const char *name, uint32_t type, int target)
{
	struct attr attr;
	uint32_t progs[IDS_MAX] = {0}, links[IDS_MAX] = {0};
	static char listed[LINE_LEN / 4], owners[LINE_LEN / 4];
	char buffer[NAME_LEN];
	bool hook = is(key, "nethook");
	attr_init(&attr, NULL);
	put32(&attr, 0, (uint32_t)target);
	put32(&attr, 4, type);
	put64(&attr, 16, (uint64_t)(uintptr_t)progs);
	put32(&attr, 24, IDS_MAX);
	if (!hook)
		put64(&attr, 40, (uint64_t)(uintptr_t)links);
	if (bpf_call(CMD_QUERY, &attr) < 0)
		return reply_add(reply, "%s=%s|%u|!%d", key, name, type, errno);
	size_t used = 0, owned = 0;
	listed[0] = owners[0] = '\0';
	for (uint32_t i = 0; i < get32(&attr, 24) && i < IDS_MAX; i++) {
		const char *comma = i == 0 ? "" : ",";
		used += (size_t)snprintf(listed + used, sizeof listed - used, "%s%s", comma,
					 object_name('p', progs[i], buffer));
		owned += (size_t)snprintf(owners + owned, sizeof owners - owned, "%s%s", comma,
					  links[i] == 0 ? "-" : object_name('l', links[i], buffer));
	}
	reply_add(reply, "%s=%s|%u|%s|%s|%llu", key, name, type, listed, hook ? "" : owners,
		  hook ? 0ULL : (unsigned long long)get64(&attr, 56));
}

struct filters {
	char text[LINE_LEN / 4];
};

static void add_filter(const struct nlmsghdr *header, void *context)
{
	struct filters *filters = context;
	size_t size = 0, length = strlen(filters->text);
	const struct tcmsg *tc = NLMSG_DATA(header);
	char buffer[NAME_LEN];
	if (header->nlmsg_type != RTM_NEWTFILTER || tc->tcm_handle == 0)
		return;
	const void *options = nl_find(header, sizeof *tc, TCA_OPTIONS, &size);
	uint32_t id = read32(nl_find_in(options, size, OPTION_ID, NULL));
	snprintf(filters->text + length, sizeof filters->text - length, "%s%u:%u=%s", length == 0 ? "" : ",",
		 tc->tcm_info >> 16, tc->tcm_handle, object_name('p', id, buffer));
}

static void show_filters(struct reply *reply, const struct netdev *netdev, const char *direction, uint32_t minor)
{
	struct message message;
	static struct filters filters;
	filters.text[0] = '\0';
	struct tcmsg tc = {.tcm_ifindex = ifindex_seen_from(netdev, 0), .tcm_parent = TC_H_MAKE(TC_H_CLSACT, minor)};
	nl_begin(&message, RTM_GETTFILTER, NLM_F_DUMP, &tc, sizeof tc);
	if (nl_talk(first_rtnl(), &message, add_filter, &filters) == 0)
		reply_add(reply, "netfilters=%s|%s|%s", netdev->name, direction, filters.text);
}

static void show_lists(struct reply *reply, const struct netdev *netdev, const char *types)
{
	for (const char *type = types; *type != '\0'; type += strcspn(type, ","), type += *type == ',') {
		uint32_t number = (uint32_t)strtoul(type, NULL, 10);
		if ((number >= FIRST_NETKIT) == is(netdev->kind, "netkit"))
			show_list(reply, "netlist", netdev->name, number, ifindex_seen_from(netdev, 0));
	}
}

/* lists=46,47: attach types of devices to show; hooks=17,36: of namespaces; filters=1: those of qdiscs. */
void observe_net(const struct request *request, struct reply *reply)
{
	const char *lists = arg(request, "lists"), *hooks = arg(request, "hooks");
	if (shared->netns_used == 0)
		return;
	for (int i = 0; i < shared->netdevs_used; i++) {
		const struct netdev *netdev = &shared->netdevs[i];
		if (netdev->hidden)
			continue;
		show_device(reply, netdev);
		if (arg(request, "filters") == NULL)
			continue;
		show_filters(reply, netdev, "clsact_ingress", TC_H_MIN_INGRESS);
		show_filters(reply, netdev, "clsact_egress", TC_H_MIN_EGRESS);
	}
	if (lists != NULL && visit_netns(0)) {
		for (int i = 0; i < shared->netdevs_used; i++)
			if (!shared->netdevs[i].hidden)
				show_lists(reply, &shared->netdevs[i], lists);
		leave_netns();
	}
	for (int i = 0; hooks != NULL && i < shared->netns_used; i++) {
		int fd = netns_name_fd(i);
		for (const char *type = hooks; fd >= 0 && *type != '\0'; type += strcspn(type, ","), type += *type == ',')
			show_list(reply, "nethook", shared->netns[i].name, (uint32_t)strtoul(type, NULL, 10), fd);
	}
}
