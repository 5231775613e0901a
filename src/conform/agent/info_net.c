/* What link info says of links of devices and namespaces. */
#include "agent.h"

enum { LINK_NETNS = 5, LINK_XDP = 6, LINK_NETFILTER = 10, LINK_TCX = 11, LINK_NETKIT = 13, FIRST_WORD = 4 };

static const char *netns_with_ino(uint32_t ino)
{
	for (int i = 0; i < shared->netns_used; i++)
		if (shared->netns[i].ino == ino && ino != 0)
			return shared->netns[i].name;
	return ino == 0 ? "" : "#unknown";
}

static const char *netdev_by_index(uint32_t index)
{
	int at = netdev_with_index((int)index);
	if (at < 0)
		return index == 0 ? "" : "#unknown";
	return shared->netdevs[at].name;
}

const char *net_anchor(const void *info, const char **name)
{
	uint32_t words[FIRST_WORD + 2];
	memcpy(words, info, sizeof words);
	switch (words[0]) {
	case LINK_NETNS:
		*name = netns_with_ino(words[FIRST_WORD]);
		return "netns";
	case LINK_XDP:
	case LINK_TCX:
	case LINK_NETKIT:
		*name = netdev_by_index(words[FIRST_WORD]);
		return "netdev";
	default:
		return NULL;
	}
}

/* Of a netfilter link, what was asked for: nothing of it says that the link is defunct. */
static void reply_netfilter(struct reply *reply, const uint32_t *words)
{
	reply_add(reply, "pf=%u", words[0]);
	reply_add(reply, "hooknum=%u", words[1]);
	reply_add(reply, "priority=%d", (int32_t)words[2]);
	reply_add(reply, "nfFlags=%u", words[3]);
}

/* The attach type lies behind what the link is attached to; XDP has one only, and does not say it. */
void reply_net_details(struct reply *reply, const void *info)
{
	uint32_t words[FIRST_WORD + 4];
	memcpy(words, info, sizeof words);
	if (words[0] == LINK_NETFILTER)
		return reply_netfilter(reply, words + FIRST_WORD);
	if (words[0] == LINK_NETNS || words[0] == LINK_TCX || words[0] == LINK_NETKIT)
		reply_add(reply, "attachTypeNumber=%u", words[FIRST_WORD + 1]);
}
