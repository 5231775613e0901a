//: cgroups =root =directories =removed
/* Our part of the cgroup tree; nothing of the trace lies above it. */
static char root[256];

static const char *cgroup_path(int cgroup, const char *file)
{
	static char path[1024];
	snprintf(path, sizeof(path), "%s/%s%s", root, cgroup < 0 ? "" : cgroup_paths[cgroup], file);
	return path;
}

static int open_cgroup(int cgroup, int how)
{
	struct stat info;
	int fd = result(open(cgroup_path(cgroup, ""), how | O_CLOEXEC));
	if (fd < 0 || cgroup < 0 || (fstat(fd, &info) == 0 && info.st_ino == shared->cgroup_id[cgroup]))
		return fd;
	close(fd); /* another cgroup has the path by now */
	return -ENOENT;
}

/* Directories that we keep open, which keeps nothing of the cgroup; and one whose cgroup is gone for sure. */
static int directories[CGROUPS + 1], removed = -1;

/* What a command on the cgroup gets as target; on one that is gone the kernel itself says what comes of it. */
static int directory_of(int cgroup)
{
	int *at = &directories[cgroup < 0 ? CGROUPS : cgroup];
	if (*at <= 0)
		*at = ours(open_cgroup(cgroup, O_RDONLY | O_DIRECTORY));
	return *at == -ENOENT ? removed : *at;
}

static int make_cgroup(int cgroup)
{
	struct stat info;
	int said = result(mkdir(cgroup_path(cgroup, ""), 0755));
	if (said == 0 && stat(cgroup_path(cgroup, ""), &info) == 0)
		shared->cgroup_id[cgroup] = info.st_ino; /* the id of a cgroup is its inode number */
	if (said == 0)
		directory_of(cgroup);
	return said;
}

static bool make_root(void)
{
	char where[128], type[64];
	FILE *mounts = fopen("/proc/self/mounts", "re");
	while (mounts && root[0] == '\0' && fscanf(mounts, "%*s %127s %63s %*[^\n]", where, type) == 2)
		if (strcmp(type, "cgroup2") == 0)
			snprintf(root, sizeof(root), "%s/lastref-repro-%d", where, getpid());
	if (mounts)
		fclose(mounts);
	if (root[0] == '\0' || mkdir(root, 0755) < 0)
		return false;
	char gone[512];
	snprintf(gone, sizeof(gone), "%s/gone", root);
	if (mkdir(gone, 0755) < 0)
		return false;
	removed = ours(open(gone, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	return rmdir(gone) == 0 && removed >= 0;
}

static void remove_cgroups(void)
{
	for (int cgroup = CGROUPS - 1; cgroup >= -1 && root[0] != '\0'; cgroup--)
		for (int tries = 0; tries < 200 && rmdir(cgroup_path(cgroup, "")) < 0 && errno == EBUSY; tries++)
			usleep(5000);
}

//: rmdir cgroups
static int remove_cgroup(int cgroup)
{
	int fd = ours(open_cgroup(cgroup, O_RDONLY | O_DIRECTORY));
	if (fd < 0)
		return fd;
	close(fd);
	return result(rmdir(cgroup_path(cgroup, "")));
}

//: join cgroups
/* -1 is a cgroup that has no program of the trace above it. */
static int join_cgroup(int cgroup)
{
	int directory = directory_of(cgroup);
	int fd = directory < 0 ? directory : result(openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC));
	if (fd < 0)
		return fd;
	int said = result(write(fd, "0", 1));
	close(fd);
	return said < 0 ? said : 0;
}

//: on_cgroup cgroups
/* A command whose target is a cgroup. */
static int on_cgroup(int command, int cgroup, uint32_t *target_fd, void *attr, size_t size)
{
	int fd = directory_of(cgroup);
	if (fd < 0)
		return fd;
	*target_fd = fd;
	return bpf(command, attr, size);
}

//: cgroup_stat cgroups
/* Descendants that were removed and are still there. */
static int count_dying(int directory, unsigned long *count)
{
	char text[1024];
	int fd = directory < 0 ? directory : result(openat(directory, "cgroup.stat", O_RDONLY | O_CLOEXEC));
	if (fd < 0)
		return fd;
	ssize_t length = read(fd, text, sizeof(text) - 1);
	int said = result(length);
	close(fd);
	text[length < 0 ? 0 : length] = '\0';
	const char *found = strstr(text, "nr_dying_descendants ");
	*count = found == NULL ? 0 : strtoul(found + 21, NULL, 10);
	return said < 0 ? said : 0;
}
