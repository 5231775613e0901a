//: attachment
/* As in union bpf_attr; written out because the system's header may be older than the kernel. */
struct attachment {
	uint32_t target_fd, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd, relative_fd;
	uint64_t expected_revision;
};

//: link_create id_of
struct link_create {
	uint32_t prog_fd, target_fd, attach_type, flags;
	union { /* by the kind of link */
		struct { uint32_t relative_fd, unused; uint64_t expected_revision, beyond; };
		struct { uint32_t target_btf_id; };
		struct { uint64_t iter_info; uint32_t iter_info_len; };
		struct { uint32_t flags, cnt; uint64_t syms; } kprobes;
		struct { uint64_t path, offsets, ref_ctr_offsets, cookies; uint32_t cnt, flags, pid, unused; } uprobes;
		struct { uint32_t pf, hooknum; int32_t priority; uint32_t flags; } netfilter;
	};
};

static int new_link(int fd, int link)
{
	if (fd >= 0)
		shared->link_id[link] = id_of(fd);
	return fd;
}

//: link_update
struct link_update {
	uint32_t link_fd, new_prog_fd, flags, old_prog_fd;
};

//: link_detach
struct link_detach {
	uint32_t link_fd;
};

//: get_fd_by_id
struct get_fd_by_id {
	uint32_t id, next_id, open_flags;
};

//: object_path
struct object_path {
	uint64_t pathname;
	uint32_t bpf_fd, file_flags, path_fd, unused;
};

//: names
/* Objects of the trace by name, others as #id. */
static const char *names_of(const uint32_t *id, unsigned count)
{
	static char text[8192];
	size_t length = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < count && length < sizeof(text) - 64; i++) {
		int program = 0;
		while (program < PROGRAMS && shared->prog_id[program] != id[i])
			program++;
		length += program < PROGRAMS
				  ? snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "", program_names[program])
				  : snprintf(text + length, sizeof(text) - length, "%s#%u", i ? " " : "", id[i]);
	}
	return text;
}

//: query_attr
struct query {
	uint32_t target_fd, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t count, unused;
	uint64_t prog_attach_flags, link_ids, link_attach_flags, revision;
};

//: ids
static uint32_t ids[256];

//: entry_flags
static uint32_t entry_flags[256];

//: flags_of_entries entry_flags
static const char *flags_of_entries(unsigned count)
{
	static char text[512];
	size_t length = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < count && length < sizeof(text) - 16; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%u", i ? " " : "", entry_flags[i]);
	return text;
}

//: link_name
static const char *link_name(uint32_t id)
{
	for (int link = 0; link < LINKS; link++)
		if (shared->link_id[link] == id)
			return link_names[link];
	return "another link";
}

//: entry_links
/* Links of the entries; a plain program has none. */
static uint32_t entry_links[256];

//: links_of_entries entry_links link_name
static const char *links_of_entries(unsigned count)
{
	static char text[1024];
	size_t length = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < count && length < sizeof(text) - 64; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "",
				   entry_links[i] == 0 ? "none" : link_name(entry_links[i]));
	return text;
}

//: attach_mode
static const char *mode_of(uint32_t flags)
{
	return flags == BPF_F_ALLOW_MULTI ? "multi" : flags == BPF_F_ALLOW_OVERRIDE ? "override" : flags == 0 ? "none" : "?";
}

//: link_info
struct link_info {
	uint32_t type, id, prog_id, unused;
	union { /* by type */
		struct { uint64_t id; uint32_t attach_type; } cgroup;
		struct { uint32_t ifindex, attach_type; } device;
		struct { uint32_t inode, attach_type; } netns;
		struct { uint32_t id, attach_type; } map;
		struct { uint32_t attach_type, target_id, target_btf_id; } tracing;
		struct { uint32_t pf, hooknum; int32_t priority; uint32_t flags; } netfilter;
		uint32_t all[8];
	};
};

static int link_info(int fd, struct link_info *info)
{
	struct { uint32_t fd, info_len; uint64_t info; } attr = { fd, sizeof(*info), (uintptr_t)info };
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

//: object_info
/* Type and id of a program or map. */
static int object_info(int fd, uint32_t info[2])
{
	uint32_t bytes[8] = { 0 };
	struct { uint32_t fd, info_len; uint64_t info; } attr = { fd, sizeof(bytes), (uintptr_t)bytes };
	int said = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	memcpy(info, bytes, 2 * sizeof(*info));
	return said;
}

//: run_count
/* How often a program ran since somebody wanted to know: BPF_ENABLE_STATS. */
static uint64_t run_count(int fd)
{
	struct bpf_prog_info info = { .type = 0 };
	struct { uint32_t fd, info_len; uint64_t info; } attr = { fd, sizeof(info), (uintptr_t)&info };
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) < 0 ? 0 : info.run_cnt;
}

//: sized_info
/* Info of so many bytes, of which one is not zero if `byte` says so. */
static int sized_info(int fd, uint32_t size, uint32_t byte)
{
	static uint8_t bytes[8192];
	struct { uint32_t fd, info_len; uint64_t info; } attr = { fd, size, (uintptr_t)bytes };
	memset(bytes, 0, sizeof(bytes));
	if (byte > 0)
		bytes[byte] = 1;
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

//: list_ids
/* All ids from this one on. What a first call says that finds none is an answer only if it was asked for an id. */
static uint32_t listed[4096];
static unsigned listed_count;

static int list_ids(int command, uint32_t start)
{
	struct { uint32_t start_id, next_id, open_flags; } attr = { .start_id = start };
	int said = bpf(command, &attr, sizeof(attr));
	if (said < 0 && !(said == -ENOENT && start == 0))
		return said;
	for (listed_count = 0; said >= 0 && listed_count < 4096; said = bpf(command, &attr, sizeof(attr))) {
		listed[listed_count++] = attr.next_id;
		attr.start_id = attr.next_id;
	}
	return 0;
}

//: lists list_ids
static bool lists(uint32_t id)
{
	for (unsigned i = 0; i < listed_count; i++)
		if (listed[i] == id && id != 0)
			return true;
	return false;
}

//: cgroup_name
/* A link whose cgroup is gone names none. */
static const char *cgroup_name(uint64_t id)
{
	for (int cgroup = 0; cgroup < CGROUPS; cgroup++)
		if (shared->cgroup_id[cgroup] == id && id != 0)
			return cgroup_names[cgroup];
	return id == 0 ? "none" : "another cgroup";
}

//: shows query_attr on_cgroup ids names attach_mode
/* What PROG_QUERY shows of a cgroup: list, run order, mode and revision (0: do not look). */
static bool shows(int cgroup, int attach_type, const char *list, const char *effective, const char *mode, int revision)
{
	struct query query = { .attach_type = attach_type, .prog_ids = (uintptr_t)ids, .count = 128 };
	struct query runs = { .attach_type = attach_type, .query_flags = BPF_F_QUERY_EFFECTIVE,
			      .prog_ids = (uintptr_t)(ids + 128), .count = 128 };
	char expected[8192], got[8192];
	if (on_cgroup(BPF_PROG_QUERY, cgroup, &query.target_fd, &query, sizeof(query)) < 0 ||
	    on_cgroup(BPF_PROG_QUERY, cgroup, &runs.target_fd, &runs, sizeof(runs)) < 0)
		return expect_text(cgroup_names[cgroup], "a cgroup that is there", "none");
	int used = snprintf(got, sizeof(got), "list [%s]", names_of(ids, query.count));
	snprintf(got + used, sizeof(got) - used, " effective [%s] mode %s revision %d", names_of(ids + 128, runs.count),
		 mode_of(query.attach_flags), revision == 0 ? 0 : (int)query.revision);
	snprintf(expected, sizeof(expected), "list [%s] effective [%s] mode %s revision %d", list, effective, mode, revision);
	return expect_text(cgroup_names[cgroup], expected, got);
}

//: gone cgroups
static bool gone(int cgroup)
{
	int fd = open_cgroup(cgroup, O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		close(fd);
	return fd < 0 || expect_text(cgroup_names[cgroup], "gone", "there");
}

//: link_shows link_info names cgroup_name get_fd_by_id
/* What link info shows, asked by way of the id. */
static bool link_shows(int link, const char *program, const char *cgroup)
{
	struct get_fd_by_id by_id = { .id = shared->link_id[link] };
	struct link_info info = { 0 };
	int fd = bpf(BPF_LINK_GET_FD_BY_ID, &by_id, sizeof(by_id));
	int said = fd < 0 ? fd : link_info(fd, &info);
	if (fd >= 0)
		close(fd);
	if (said < 0)
		return expect_text(link_names[link], "a link that is there", "none");
	return expect_text(link_names[link], program, names_of(&info.prog_id, 1)) &&
	       expect_text(link_names[link], cgroup, cgroup_name(info.cgroup.id));
}
