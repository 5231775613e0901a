/* Names of objects, cgroups, actors and descriptors. Few of each: a linear search is the simplest that works. */
#include "agent.h"

int object_named(char kind, const char *name)
{
	for (int i = shared->objects_used - 1; i >= 0; i--)
		if (shared->objects[i].kind == kind && is(shared->objects[i].name, name))
			return i;
	return -1;
}

int object_with_id(char kind, uint32_t id)
{
	for (int i = shared->objects_used - 1; i >= 0; i--)
		if (shared->objects[i].kind == kind && shared->objects[i].id == id)
			return i;
	return -1;
}

int add_object(char kind, const char *name, uint32_t id)
{
	if (shared->objects_used == OBJECTS_MAX)
		return -1;
	/* Actors that run freely may make objects at the same time. */
	int index = __atomic_fetch_add(&shared->objects_used, 1, __ATOMIC_RELAXED);
	if (index >= OBJECTS_MAX)
		return -1;
	struct object *object = &shared->objects[index];
	copy_name(object->name, name);
	object->kind = kind;
	object->id = id;
	object->storage = -1;
	object->prog = -1;
	return index;
}

/* An id that belongs to nothing of the trace is shown as #id. */
const char *object_name(char kind, uint32_t id, char *buffer)
{
	int index = object_with_id(kind, id);
	if (index >= 0)
		return shared->objects[index].name;
	snprintf(buffer, NAME_LEN, "#%u", id);
	return buffer;
}

struct cgroup *cgroup_named(const char *name)
{
	for (int i = 0; i < shared->cgroups_used; i++)
		if (is(shared->cgroups[i].name, name))
			return &shared->cgroups[i];
	return NULL;
}

const char *cgroup_with_ino(uint64_t ino)
{
	for (int i = 0; i < shared->cgroups_used; i++)
		if (shared->cgroups[i].ino == ino && ino != 0)
			return shared->cgroups[i].name;
	return NULL;
}

int actor_named(const char *name)
{
	for (int i = 0; i < ACTORS_MAX; i++)
		if (shared->actors[i].pid != 0 && is(shared->actors[i].name, name))
			return i;
	return -1;
}

struct table *own_table(void)
{
	return &shared->tables[shared->actors[self].table];
}

struct handle *handle_named(struct table *table, const char *name)
{
	for (int i = 0; i < table->used; i++)
		if (is(table->handles[i].name, name))
			return &table->handles[i];
	return NULL;
}

int fd_named(const char *value)
{
	if (value[0] == '#')
		return atoi(value + 1);
	const struct handle *handle = handle_named(own_table(), value);
	return handle != NULL ? handle->fd : NOT_OPEN;
}

int arg_fd(const struct request *request, const char *key)
{
	const char *value = arg(request, key);
	return value == NULL ? 0 : fd_named(value);
}

/* Closed handles that had this number, for results that speak of reused numbers. */
static void reply_number(struct reply *reply, const struct table *table, int fd)
{
	char names[1024] = "";
	for (int i = 0; i < table->used; i++) {
		const struct handle *handle = &table->handles[i];
		if (handle->open || handle->fd != fd || strlen(names) + NAME_LEN + 2 > sizeof names)
			continue;
		if (names[0] != '\0')
			strcat(names, ",");
		strcat(names, handle->name);
	}
	if (names[0] != '\0')
		reply_add(reply, "numberOf=%s", names);
}

static void describe(struct handle *handle)
{
	handle->kind = kind_of_fd(handle->fd);
	handle->object = handle->kind == 0 ? -1 : object_with_id(handle->kind, id_of_fd(handle->fd));
}

void install(struct reply *reply, const char *as, int fd)
{
	struct table *table = own_table();
	if (is(as, "-")) {
		close(fd);
		return;
	}
	reply_number(reply, table, fd);
	struct handle *handle = handle_named(table, as);
	if (handle == NULL) {
		if (table->used == HANDLES_MAX) {
			reply_status(reply, "!too many handles");
			close(fd);
			return;
		}
		handle = &table->handles[table->used++];
		copy_name(handle->name, as);
	}
	handle->fd = fd;
	handle->open = true;
	describe(handle);
}

void forget_handle(int fd)
{
	struct table *table = own_table();
	for (int i = 0; i < table->used; i++)
		if (table->handles[i].open && table->handles[i].fd == fd)
			table->handles[i].open = false;
}

void describe_handles(int fd)
{
	struct table *table = own_table();
	for (int i = 0; i < table->used; i++)
		if (table->handles[i].open && table->handles[i].fd == fd)
			describe(&table->handles[i]);
}
