/* Qdiscs at the ingress hook, and cls_bpf filters in direct-action mode. */
#include "agent.h"
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

enum { BPF_FD = 6, BPF_NAME = 7, BPF_FLAGS = 8, BPF_ID = 11, ACT_DIRECT = 1 };

static uint32_t parent_of(const char *direction)
{
	if (direction != NULL && is(direction, "ingress"))
		return TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	if (direction != NULL && is(direction, "egress"))
		return TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);
	return TC_H_MAKE(TC_H_INGRESS, 0);
}

static struct tcmsg base(const struct request *request)
{
	return (struct tcmsg){.tcm_family = AF_UNSPEC, .tcm_ifindex = arg_ifindex(request)};
}

static const char *kind_of(const struct request *request, const char *otherwise)
{
	const char *kind = arg(request, "kind");
	return kind == NULL ? otherwise : kind;
}

/* Numbers of handles and priorities; a handle may be written as other handles are, with a #. */
static uint32_t number(const struct request *request, const char *key)
{
	const char *value = arg(request, key);
	return value == NULL ? 0 : (uint32_t)strtoul(value + (value[0] == '#'), NULL, 10);
}

static void hook_create(const struct request *request, struct reply *reply)
{
	struct message message;
	struct tcmsg tc = base(request);
	const char *qdisc = arg(request, "qdisc");
	bool replace = arg(request, "replace") != NULL;
	tc.tcm_parent = TC_H_CLSACT;
	/* A qdisc of another kind is replaced only by one that does not claim its handle. */
	tc.tcm_handle = replace ? 0 : TC_H_MAKE(TC_H_CLSACT, 0);
	uint16_t how = replace ? NLM_F_REPLACE : NLM_F_EXCL;
	nl_begin(&message, RTM_NEWQDISC, (uint16_t)(NLM_F_CREATE | how), &tc, sizeof tc);
	nl_put_text(&message, TCA_KIND, qdisc == NULL ? "clsact" : qdisc);
	reply_result(reply, rtnl(&message, NULL, NULL));
}

static void flush(const struct request *request, struct reply *reply)
{
	struct message message;
	struct tcmsg tc = base(request);
	tc.tcm_parent = parent_of(arg(request, "direction"));
	nl_begin(&message, RTM_DELTFILTER, 0, &tc, sizeof tc);
	reply_result(reply, rtnl(&message, NULL, NULL));
}

static void hook_destroy(const struct request *request, struct reply *reply)
{
	struct message message;
	struct tcmsg tc = base(request);
	const char *qdisc = arg(request, "qdisc");
	if (arg(request, "direction") != NULL)
		return flush(request, reply);
	tc.tcm_parent = TC_H_CLSACT;
	tc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	nl_begin(&message, RTM_DELQDISC, 0, &tc, sizeof tc);
	nl_put_text(&message, TCA_KIND, qdisc == NULL ? "clsact" : qdisc);
	reply_result(reply, rtnl(&message, NULL, NULL));
}

struct filter {
	uint32_t handle, priority, prog;
	bool found;
};

static bool read_filter(const struct nlmsghdr *header, struct filter *filter)
{
	size_t size = 0;
	if (header->nlmsg_type != RTM_NEWTFILTER)
		return false;
	const struct tcmsg *tc = NLMSG_DATA(header);
	const void *options = nl_find(header, sizeof *tc, TCA_OPTIONS, &size);
	const uint32_t *id = nl_find_in(options, size, BPF_ID, NULL);
	*filter = (struct filter){tc->tcm_handle, tc->tcm_info >> 16, id == NULL ? 0 : *id, true};
	return true;
}

static void keep_filter(const struct nlmsghdr *header, void *context) { read_filter(header, context); }

static void show_filter(struct reply *reply, const struct filter *filter)
{
	char buffer[NAME_LEN];
	reply_add(reply, "handle=%u", filter->handle);
	reply_add(reply, "priority=%u", filter->priority);
	reply_add(reply, "prog=%s", object_name('p', filter->prog, buffer));
}

static void filter_begin(struct message *message, uint16_t type, uint16_t flags, const struct request *request)
{
	struct tcmsg tc = base(request);
	const char *protocol = arg(request, "protocol");
	bool ip = protocol != NULL && is(protocol, "ip");
	tc.tcm_parent = parent_of(arg(request, "direction"));
	tc.tcm_handle = number(request, "handle");
	tc.tcm_info = TC_H_MAKE(number(request, "priority") << 16, htons(ip ? ETH_P_IP : ETH_P_ALL));
	nl_begin(message, type, flags, &tc, sizeof tc);
}

static void filter_attach(const struct request *request, struct reply *reply)
{
	struct message message;
	struct filter filter = {0};
	uint16_t how = arg(request, "change") != NULL ? 0 : NLM_F_CREATE;
	if (how != 0 && arg(request, "replaceExisting") == NULL)
		how |= NLM_F_EXCL;
	/* The kernel tells which numbers it chose. */
	filter_begin(&message, RTM_NEWTFILTER, (uint16_t)(how | NLM_F_ECHO), request);
	nl_put_text(&message, TCA_KIND, kind_of(request, "bpf"));
	size_t options = nl_nest(&message, TCA_OPTIONS | NLA_F_NESTED);
	if (arg(request, "prog") != NULL)
		nl_put32(&message, BPF_FD, (uint32_t)arg_fd(request, "prog"));
	nl_put_text(&message, BPF_NAME, "lastref");
	nl_put32(&message, BPF_FLAGS, ACT_DIRECT);
	nl_end(&message, options);
	long result = rtnl(&message, keep_filter, &filter);
	reply_result(reply, result);
	if (result >= 0 && filter.found)
		show_filter(reply, &filter);
}

static void filter_detach(const struct request *request, struct reply *reply)
{
	struct message message;
	const char *kind = kind_of(request, number(request, "priority") == 0 ? NULL : "bpf");
	if (kind == NULL && number(request, "handle") == 0)
		return flush(request, reply);
	filter_begin(&message, RTM_DELTFILTER, 0, request);
	if (kind != NULL)
		nl_put_text(&message, TCA_KIND, kind);
	reply_result(reply, rtnl(&message, NULL, NULL));
}

struct dump {
	uint32_t count;
	char progs[LINE_LEN / 8], filters[LINE_LEN / 4];
};

static void add_filter(const struct nlmsghdr *header, void *context)
{
	struct dump *dump = context;
	struct filter filter;
	char buffer[NAME_LEN];
	/* A priority shows itself before its filters, with the handle 0. */
	if (!read_filter(header, &filter) || filter.handle == 0)
		return;
	const char *name = object_name('p', filter.prog, buffer), *comma = dump->count == 0 ? "" : ",";
	size_t progs = strlen(dump->progs), filters = strlen(dump->filters);
	snprintf(dump->progs + progs, sizeof dump->progs - progs, "%s%s", comma, name);
	snprintf(dump->filters + filters, sizeof dump->filters - filters, "%s%u:%u=%s", comma, filter.priority,
		 filter.handle, name);
	dump->count++;
}

/* Filters as prio:handle=prog, in the order in which they run. */
static void dump_filters(const struct request *request, struct reply *reply)
{
	struct message message;
	static struct dump dump;
	struct tcmsg tc = base(request);
	memset(&dump, 0, sizeof dump);
	tc.tcm_parent = parent_of(arg(request, "direction"));
	nl_begin(&message, RTM_GETTFILTER, NLM_F_DUMP, &tc, sizeof tc);
	long result = rtnl(&message, add_filter, &dump);
	reply_result(reply, result);
	if (result < 0)
		return;
	reply_add(reply, "count=%u", dump.count);
	reply_add(reply, "progs=%s", dump.progs);
	reply_add(reply, "filters=%s", dump.filters);
}

static void filter_query(const struct request *request, struct reply *reply)
{
	struct message message;
	struct filter filter = {0};
	if (number(request, "priority") == 0)
		return dump_filters(request, reply);
	filter_begin(&message, RTM_GETTFILTER, 0, request);
	nl_put_text(&message, TCA_KIND, "bpf");
	long result = rtnl(&message, keep_filter, &filter);
	reply_result(reply, result);
	if (result >= 0 && filter.found)
		show_filter(reply, &filter);
}

bool op_tc(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	if (is(op, "tc_hook_create"))
		hook_create(request, reply);
	else if (is(op, "tc_hook_destroy"))
		hook_destroy(request, reply);
	else if (is(op, "tc_filter_attach"))
		filter_attach(request, reply);
	else if (is(op, "tc_filter_detach"))
		filter_detach(request, reply);
	else if (is(op, "tc_filter_query"))
		filter_query(request, reply);
	else
		return false;
	return true;
}
