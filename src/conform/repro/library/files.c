//: bpffs <sched.h> <sys/mount.h> =base
/*
 * A bpffs of our own, mounted where only we see it, which is the working directory: paths of the trace are relative to
 * it, ../NAME is another mount, and ../elsewhere is no bpffs.
 */
static char base[64];

static bool mount_bpffs(void)
{
	snprintf(base, sizeof(base), "/tmp/lastref-repro-%d-XXXXXX", getpid());
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mkdtemp(base) == NULL)
		return false;
	return mount("lastref", base, "tmpfs", 0, "mode=1777") == 0 && chdir(base) == 0 && mkdir("bpffs", 0755) == 0 &&
	       mkdir("elsewhere", 0777) == 0 && mount("lastref", "bpffs", "bpf", 0, "mode=1777") == 0 && chdir("bpffs") == 0;
}

static void remove_bpffs(void)
{
	if (base[0] != '\0' && chdir("/") == 0 && umount2(base, MNT_DETACH) == 0)
		rmdir(base);
}

//: mount_at bpffs
/* One more bpffs, or the same one at one more place. */
static int mount_at(const char *path, const char *bind_of)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return result(-1);
	int said = bind_of ? result(mount(bind_of, path, NULL, MS_BIND, NULL)) : result(mount("lastref", path, "bpf", 0, NULL));
	if (said < 0)
		rmdir(path);
	return said;
}

//: umount_at bpffs
/* A mount that is gone has no path either. */
static int umount_at(const char *path, int flags)
{
	bool absent = mkdir(path, 0755) == 0; /* what is no mount point the kernel shall say of a directory */
	int said = result(umount2(path, flags));
	if (said == 0 || absent)
		rmdir(path);
	return said;
}

//: leave_mounts bpffs
/* What is mounted from now on only this process sees, and those that it makes. */
static int leave_mounts(void)
{
	int said = result(unshare(CLONE_NEWNS));
	return said < 0 ? said : result(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

//: proc_fd
static const char *proc_fd(int fd)
{
	static char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

//: stat_path
static int stat_path(const char *path, struct stat *info)
{
	return result(lstat(path, info));
}
