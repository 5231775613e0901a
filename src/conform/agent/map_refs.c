/*
 * How many references each map has: what tells when deferred work on a map is over. A descriptor would make us a user of the
 * map, and cost a prog array its entries when it is closed; an iterator over all maps counts as a reader only.
 */
#include "agent.h"

enum {
	CMD_PROG_LOAD = 5,
	CMD_LINK_CREATE = 28,
	CMD_ITER_CREATE = 33,
	TRACING = 26,
	TRACE_ITER = 28,
	HELPER_SEQ_WRITE = 127,
};

static int iterator_link = -1;

struct pair {
	uint32_t id, refs;
};

/* Writes id and references of the map that it is called for. */
static int load_reader(const struct member *id, const struct member *refs)
{
	const struct {
		uint8_t code, regs;
		int16_t off;
		int32_t imm;
	} code[] = {
		{0xbf, 0x16, 0, 0},                         /* r6 = ctx */
		{0x79, 0x67, 8, 0},                         /* r7 = ctx->map */
		{0x15, 0x07, 11, 0},                        /* none: the end */
		{0x61, 0x71, (int16_t)id->offset, 0},       /* r1 = map->id */
		{0x63, 0x1a, -8, 0},
		{0x79, 0x71, (int16_t)refs->offset, 0},     /* r1 = map->refcnt.counter */
		{0x63, 0x1a, -4, 0},
		{0x79, 0x61, 0, 0},                         /* r1 = ctx->meta */
		{0x79, 0x11, 0, 0},                         /* r1 = meta->seq */
		{0xbf, 0xa2, 0, 0},
		{0x07, 0x02, 0, -8},
		{0xb7, 0x03, 0, sizeof(struct pair)},
		{0x85, 0, 0, HELPER_SEQ_WRITE},
		{0xb7, 0, 0, 0},
		{0xb7, 0, 0, 0},
		{0x95, 0, 0, 0},
	};
	struct attr attr;
	attr_init(&attr, NULL);
	put32(&attr, 0, TRACING);
	put32(&attr, 4, sizeof code / sizeof *code);
	put64(&attr, 8, (uint64_t)(uintptr_t)code);
	put64(&attr, 16, (uint64_t)(uintptr_t)"GPL");
	put32(&attr, 68, TRACE_ITER);
	put32(&attr, 108, kernel_type("bpf_iter_bpf_map", BTF_FUNC));
	return (int)bpf_call(CMD_PROG_LOAD, &attr);
}

static bool make_link(void)
{
	struct member id, refs;
	struct attr attr;
	if (!kernel_member("bpf_map", "id", &id) || !kernel_member("bpf_map", "refcnt", &refs))
		return false;
	int prog = load_reader(&id, &refs);
	if (prog < 0)
		return false;
	attr_init(&attr, NULL);
	put32(&attr, 0, (uint32_t)prog);
	put32(&attr, 8, TRACE_ITER);
	int low = (int)bpf_call(CMD_LINK_CREATE, &attr);
	close(prog);
	if (low < 0)
		return false;
	iterator_link = move_high(low);
	return iterator_link >= 0;
}

static void show_pair(struct reply *reply, const struct pair *pair)
{
	int index = object_with_id('m', pair->id);
	/* The iterator holds the map that it shows. */
	if (index >= 0)
		reply_add(reply, "refs=%s|%u", shared->objects[index].name, pair->refs - 1);
}

/* Where the kernel has no such iterator nothing is shown. */
void show_map_refs(struct reply *reply)
{
	static struct pair pairs[512];
	struct attr attr;
	if (iterator_link < 0 && !make_link())
		return;
	attr_init(&attr, NULL);
	put32(&attr, 0, (uint32_t)iterator_link);
	int fd = (int)bpf_call(CMD_ITER_CREATE, &attr);
	ssize_t n;
	while (fd >= 0 && (n = read(fd, pairs, sizeof pairs)) > 0)
		for (size_t i = 0; i < (size_t)n / sizeof *pairs; i++)
			show_pair(reply, &pairs[i]);
	if (fd >= 0)
		close(fd);
}
