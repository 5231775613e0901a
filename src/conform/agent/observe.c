/* What is to be seen from outside, without becoming a holder of anything: lists, effective order, modes, revisions. */
#include "agent.h"

enum {
	CMD_PROG_NEXT = 11,
	CMD_MAP_NEXT = 12,
	CMD_QUERY = 16,
	CMD_LINK_BY_ID = 30,
	CMD_LINK_NEXT = 31,
	QUERY_EFFECTIVE = 1,
};

static void append_names(char *text, size_t size, const uint32_t *ids, uint32_t count)
{
	char buffer[NAME_LEN];
	size_t len = 0;
	text[0] = '\0';
	for (uint32_t i = 0; i < count && i < IDS_MAX && len + NAME_LEN + 2 < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i == 0 ? "" : ",",
					object_name('p', ids[i], buffer));
}

static long query_ids(int cgroup, uint32_t type, uint32_t flags, uint32_t *ids, struct attr *attr)
{
	attr_init(attr, NULL);
	put32(attr, 0, (uint32_t)cgroup);
	put32(attr, 4, type);
	put32(attr, 8, flags);
	put64(attr, 16, (uint64_t)(uintptr_t)ids);
	put32(attr, 24, IDS_MAX);
	return bpf_call(CMD_QUERY, attr);
}

static void show_slot(struct reply *reply, const char *name, int fd, uint32_t type)
{
	struct attr list, effective;
	uint32_t ids[IDS_MAX], running[IDS_MAX];
	static char listed[LINE_LEN / 4], run[LINE_LEN / 4];
	if (query_ids(fd, type, 0, ids, &list) < 0 || query_ids(fd, type, QUERY_EFFECTIVE, running, &effective) < 0) {
		reply_add(reply, "slot=%s|%u|!%d", name, type, errno);
		return;
	}
	append_names(listed, sizeof listed, ids, get32(&list, 24));
	append_names(run, sizeof run, running, get32(&effective, 24));
	reply_add(reply, "slot=%s|%u|%s|%s|%u|%llu", name, type, listed, run, get32(&list, 12),
		  (unsigned long long)get64(&list, 56));
}

/* Taking a descriptor would keep the object alive. */
bool is_listed(char kind, uint32_t id)
{
	struct attr attr;
	attr_init(&attr, NULL);
	put32(&attr, 0, id - 1);
	int command = kind == 'p' ? CMD_PROG_NEXT : kind == 'm' ? CMD_MAP_NEXT : CMD_LINK_NEXT;
	return id != 0 && bpf_call(command, &attr) >= 0 && get32(&attr, 4) == id;
}

static void show_ids(struct reply *reply)
{
	static char names[LINE_LEN / 2];
	size_t len = 0;
	names[0] = '\0';
	for (int i = 0; i < shared->objects_used; i++) {
		const struct object *object = &shared->objects[i];
		if (is_listed(object->kind, object->id) && len + NAME_LEN + 4 < sizeof names)
			len += (size_t)snprintf(names + len, sizeof names - len, "%s%c:%s", len == 0 ? "" : ",",
						object->kind, object->name);
	}
	reply_add(reply, "ids=%s", names);
}

/* links=1,2 and progs=3,4: those of somebody's ids that are listed still. */
void show_listed(const struct request *request, struct reply *reply)
{
	static const struct {
		const char *key;
		char kind;
	} kinds[] = {{"links", 'l'}, {"progs", 'p'}};
	reply_status(reply, "ok");
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		const char *ids = arg(request, kinds[k].key);
		for (const char *id = ids == NULL ? "" : ids; *id != '\0'; id += strcspn(id, ","), id += *id == ',')
			if (is_listed(kinds[k].kind, (uint32_t)strtoul(id, NULL, 10)))
				reply_add(reply, "%s=%lu", kinds[k].key, strtoul(id, NULL, 10));
	}
}

/* Links that this actor holds: whoever holds one already changes nothing by looking at it. */
void link_states(struct reply *reply)
{
	const struct table *table = own_table();
	for (int i = 0; i < table->used; i++)
		if (table->handles[i].open && table->handles[i].kind == 'l')
			show_link(reply, table->handles[i].fd);
}

/*
 * Every link of the trace that is listed, whoever holds it. For a moment we hold it too, and may be the last to: only
 * where all pending work is waited for does it make no difference who frees it.
 */
static void show_listed_links(struct reply *reply)
{
	for (int i = 0; i < shared->objects_used; i++) {
		struct attr attr;
		if (shared->objects[i].kind != 'l' || shared->objects[i].id == 0)
			continue;
		attr_init(&attr, NULL);
		put32(&attr, 0, shared->objects[i].id);
		int fd = (int)bpf_call(CMD_LINK_BY_ID, &attr);
		if (fd < 0)
			continue;
		show_link(reply, fd);
		close(fd);
	}
}

/* Cgroups of the trace that were removed and whose memory is still there. */
static void show_dying(struct reply *reply)
{
	char path[PATH_LEN + 32], text[1024];
	snprintf(path, sizeof path, "%s/t%u/cgroup.stat", shared->root, shared->trace);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	text[len < 0 ? 0 : len] = '\0';
	const char *found = strstr(text, "nr_dying_descendants ");
	if (found != NULL)
		reply_add(reply, "dying=%lu", strtoul(found + 21, NULL, 10));
}

/* Processes of the trace that have ended: they hold nothing any more. */
static void show_ended(struct reply *reply)
{
	char names[ACTORS_MAX * (NAME_LEN + 1)] = "";
	size_t len = 0;
	for (int i = 0; i < ACTORS_MAX; i++)
		if (shared->actors[i].pid != 0 && !shared->actors[i].alive)
			len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", len == 0 ? "" : ",",
						shared->actors[i].name);
	reply_add(reply, "ended=%s", names);
}

static void show_slots(struct reply *reply, const struct cgroup *cgroup, int fd, const char *types)
{
	for (const char *type = types; *type != '\0'; type += strcspn(type, ","), type += *type == ',') {
		uint32_t number = (uint32_t)strtoul(type, NULL, 10);
		if (fd < 0)
			reply_add(reply, "slot=%s|%u|!%d", cgroup->name, number, ENOENT);
		else
			show_slot(reply, cgroup->name, fd, number);
	}
}

/* One answer is enough for each link: an actor all of whose links were shown is not asked. */
static void show_held_links(struct reply *reply)
{
	static char answer[LINE_LEN];
	bool shown[OBJECTS_MAX] = {false};
	for (int i = 0; i < ACTORS_MAX; i++) {
		const struct table *table = &shared->tables[shared->actors[i].table];
		bool more = false;
		if (!shared->actors[i].alive)
			continue;
		for (int h = 0; h < table->used; h++)
			more |= table->handles[h].open && table->handles[h].kind == 'l' &&
				(table->handles[h].object < 0 || !shown[table->handles[h].object]);
		if (!more || !ask_actor(i, "0\t-\tlink_states\t-", -1, answer, sizeof answer, NULL, false))
			continue;
		if (strncmp(answer, "ok\t", 3) == 0)
			reply_add(reply, "%s", answer + 3);
		for (int h = 0; h < table->used; h++)
			if (table->handles[h].open && table->handles[h].kind == 'l' && table->handles[h].object >= 0)
				shown[table->handles[h].object] = true;
	}
}

/* types=0,1: attach types to show; all=1: everything that deferred work can change, whoever holds it. */
void observe(const struct request *request, struct reply *reply)
{
	const char *types = arg(request, "types");
	reply_status(reply, "ok");
	show_ended(reply);
	for (int i = 0; types != NULL && i < shared->cgroups_used; i++)
		show_slots(reply, &shared->cgroups[i], cgroup_directory(i), types);
	observe_net(request, reply);
	if (arg(request, "all") == NULL)
		return show_held_links(reply);
	show_listed_links(reply);
	show_ids(reply);
	if (arg(request, "maps") != NULL)
		show_map_refs(reply);
	show_dying(reply);
}
