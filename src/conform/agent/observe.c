/* What is to be seen from outside, without becoming a holder of anything: lists, effective order, modes, revisions. */
#include "agent.h"

enum { CMD_QUERY = 16, CMD_PROG_NEXT = 11, CMD_MAP_NEXT = 12, CMD_INFO = 15, CMD_LINK_NEXT = 31, QUERY_EFFECTIVE = 1 };

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

/* Ids of the trace's objects that the kernel still lists; taking a descriptor would keep them alive. */
static void show_ids(struct reply *reply)
{
	static char names[LINE_LEN / 2];
	size_t len = 0;
	names[0] = '\0';
	for (int i = 0; i < shared->objects_used; i++) {
		const struct object *object = &shared->objects[i];
		struct attr attr;
		attr_init(&attr, NULL);
		put32(&attr, 0, object->id - 1);
		int command = object->kind == 'p' ? CMD_PROG_NEXT : object->kind == 'm' ? CMD_MAP_NEXT : CMD_LINK_NEXT;
		if (object->id == 0 || bpf_call(command, &attr) < 0 || get32(&attr, 4) != object->id)
			continue;
		if (len + NAME_LEN + 4 < sizeof names)
			len += (size_t)snprintf(names + len, sizeof names - len, "%s%c:%s", len == 0 ? "" : ",",
						object->kind, object->name);
	}
	reply_add(reply, "ids=%s", names);
}

/* Links that this actor holds: whoever holds one already changes nothing by looking at it. */
void link_states(struct reply *reply)
{
	const struct table *table = own_table();
	for (int i = 0; i < table->used; i++) {
		const struct handle *handle = &table->handles[i];
		if (!handle->open || kind_of_fd(handle->fd) != 'l')
			continue;
		struct attr attr;
		uint32_t info[16] = {0};
		char link[NAME_LEN], prog[NAME_LEN];
		uint64_t ino;
		attr_init(&attr, NULL);
		put32(&attr, 0, (uint32_t)handle->fd);
		put32(&attr, 4, 32);
		put64(&attr, 8, (uint64_t)(uintptr_t)info);
		if (bpf_call(CMD_INFO, &attr) < 0)
			continue;
		memcpy(&ino, info + 4, sizeof ino);
		const char *cgroup = cgroup_with_ino(ino);
		reply_add(reply, "link=%s|%s|%s", object_name('l', info[1], link), object_name('p', info[2], prog),
			  ino == 0 ? "" : cgroup == NULL ? "#unknown" : cgroup);
	}
}

/* types=0,1: attach types to show; ids=1: also what the kernel lists. */
void observe(const struct request *request, struct reply *reply)
{
	static char answer[LINE_LEN];
	char types[256];
	snprintf(types, sizeof types, "%s", arg(request, "types") == NULL ? "" : arg(request, "types"));
	reply_status(reply, "ok");
	for (int i = 0; i < shared->cgroups_used; i++) {
		const struct cgroup *cgroup = &shared->cgroups[i];
		int fd = cgroup->ino == 0 ? -1 : open_directory_of(cgroup, O_RDONLY | O_DIRECTORY);
		char copy[256];
		strcpy(copy, types);
		for (char *rest = copy, *type = strsep(&rest, ","); type != NULL; type = strsep(&rest, ",")) {
			if (*type == '\0')
				continue;
			if (fd < 0)
				reply_add(reply, "slot=%s|%s|!%d", cgroup->name, type, ENOENT);
			else
				show_slot(reply, cgroup->name, fd, (uint32_t)strtoul(type, NULL, 10));
		}
		if (fd >= 0)
			close(fd);
	}
	for (int i = 0; i < ACTORS_MAX; i++) {
		if (!shared->actors[i].alive)
			continue;
		if (!ask_actor(i, "0\t-\tlink_states\t-", -1, answer, sizeof answer, NULL, false))
			continue;
		if (strncmp(answer, "ok\t", 3) == 0)
			reply_add(reply, "%s", answer + 3);
	}
	if (arg(request, "ids") != NULL)
		show_ids(reply);
}
