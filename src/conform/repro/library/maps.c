//: map_create id_of
static int map_create(int type, int key_size, int value_size, int max_entries, int map)
{
	struct { uint32_t map_type, key_size, value_size, max_entries; } attr = { type, key_size, value_size, max_entries };
	int fd = bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	if (fd >= 0)
		shared->map_id[map] = id_of(fd);
	return fd;
}

//: map_for
/* A map by a descriptor of the process, or for the moment of a load by its id. */
static int borrowed[8], borrowed_count;

static int map_for(int fd, int map)
{
	struct { uint32_t id, next_id, open_flags; } attr = { .id = shared->map_id[map] };
	if (fd >= 0 || borrowed_count == 8)
		return fd;
	return borrowed[borrowed_count++] = ours(bpf(BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr)));
}

static void give_back(void)
{
	while (borrowed_count > 0)
		close(borrowed[--borrowed_count]);
}

//: map_lookup
static int map_lookup(int fd, const void *key, uint64_t *value)
{
	struct { uint64_t fd, key, value, flags; } attr = { (uint32_t)fd, (uintptr_t)key, (uintptr_t)value, 0 };
	return bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
}

//: map_update
static int map_update(int fd, uint32_t key, uint32_t value, uint64_t flags)
{
	struct { uint64_t fd, key, value, flags; } attr = { (uint32_t)fd, (uintptr_t)&key, (uintptr_t)&value, flags };
	return bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
}

//: map_delete
static int map_delete(int fd, uint32_t key)
{
	struct { uint64_t fd, key; } attr = { (uint32_t)fd, (uintptr_t)&key };
	return bpf(BPF_MAP_DELETE_ELEM, &attr, sizeof(attr));
}
