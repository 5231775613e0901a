/* bpffs: the paths of a trace lie on mounts of the agent's own mount namespace. */
#include "agent.h"
#include <linux/magic.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

/* In a trace, a mount that is gone has no path; here, the directory below it stays. */
static bool is_mounted(const char *path)
{
	char name[PATH_LEN], full[PATH_LEN];
	struct statfs info;
	snprintf(name, sizeof name, "%.*s", (int)strcspn(path, "/"), path);
	return statfs(mount_path(name, full), &info) == 0 && info.f_type == BPF_FS_MAGIC;
}

/* `x` and `.` lie on the mount "bpffs", `../m/x` on the mount m, `/elsewhere/x` on another file system. */
bool bpffs_path(const char *written, char *buffer)
{
	char base[PATH_LEN];
	if (written == NULL || strlen(written) > 700)
		return false;
	if (strncmp(written, "fd:", 3) == 0) {
		const struct handle *handle = handle_named(own_table(), written + 3);
		sprintf(buffer, "/proc/self/fd/%d", handle != NULL && handle->open ? handle->fd : NOT_OPEN);
		return true;
	}
	if (written[0] == '/') {
		/* Nothing outside the agent's own folder can be named. */
		if (strstr(written, "..") != NULL)
			return false;
		sprintf(buffer, "%s%s", mount_path("", base), written);
		return true;
	}
	if (strncmp(written, "../", 3) == 0) {
		if (strstr(written + 3, "..") != NULL)
			return false;
		sprintf(buffer, "%s%s", mount_path("", base), is_mounted(written + 3) ? written + 2 : "/unmounted");
		return true;
	}
	if (strstr(written, "../") != NULL)
		return false;
	sprintf(buffer, "%s/%s", mount_path("bpffs", base), written);
	return true;
}

static void mount_one(const struct request *request, struct reply *reply)
{
	char path[PATH_LEN], source[PATH_LEN];
	const char *name = arg(request, "mount"), *bind_of = arg(request, "bindOf");
	if (shared->mounts_used == MOUNTS_MAX || strchr(name, '/') != NULL || strchr(name, '.') != NULL)
		return reply_status(reply, "!unsupported: mount %s", name);
	if (arg(request, "private") != NULL &&
	    (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0))
		return reply_result(reply, -1);
	mount_path(name, path);
	/* Who may not make the mount point may not mount either; any directory shows that. */
	bool borrowed = mkdir(path, 0755) < 0 && errno != EEXIST;
	if (borrowed)
		mount_path("elsewhere", path);
	long result = bind_of != NULL ? mount(mount_path(bind_of, source), path, NULL, MS_BIND, NULL)
				      : mount("lastref", path, "bpf", 0, NULL);
	if (borrowed && result >= 0) {
		umount2(path, 0);
		return reply_status(reply, "!unsupported: a mount point that only root can make");
	}
	reply_result(reply, result);
	if (result >= 0 && arg(request, "private") == NULL)
		copy_name(shared->mounts[shared->mounts_used++], name);
}

static void umount_one(const struct request *request, struct reply *reply)
{
	char path[PATH_LEN];
	const char *name = arg(request, "mount");
	if (strchr(name, '/') != NULL || strchr(name, '.') != NULL)
		return reply_status(reply, "!unsupported: mount %s", name);
	reply_result(reply, umount2(mount_path(name, path), arg(request, "lazy") != NULL ? MNT_DETACH : 0));
}

static void open_path(const struct request *request, struct reply *reply, const char *path)
{
	int flags = is(request->op, "open_dir") ? O_RDONLY | O_DIRECTORY : O_RDONLY;
	if (arg(request, "oPath") != NULL)
		flags = O_PATH;
	int fd = open(path, flags | O_CLOEXEC);
	reply_result(reply, fd);
	if (fd >= 0)
		install(reply, request->as, fd);
}

static void stat_path(struct reply *reply, const char *path)
{
	struct stat info;
	long result = lstat(path, &info);
	reply_result(reply, result);
	if (result < 0)
		return;
	reply_add(reply, "mode=0%o", info.st_mode);
	reply_add(reply, "nlink=%lu", (unsigned long)info.st_nlink);
}

static void two_paths(const struct request *request, struct reply *reply, const char *path, const char *to)
{
	if (is(request->op, "rename"))
		reply_result(reply, syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, to,
					    (unsigned)arg_int(request, "flags", 0)));
	else if (is(request->op, "hardlink"))
		reply_result(reply, link(path, to));
	else
		reply_result(reply, symlink(path, to));
}

static bool is_two_paths(const char *op) { return is(op, "rename") || is(op, "hardlink") || is(op, "symlink"); }

static bool one_path(const struct request *request, struct reply *reply, const char *path)
{
	const char *op = request->op;
	if (is(op, "unlink"))
		reply_result(reply, unlink(path));
	else if (is(op, "pin_mkdir"))
		reply_result(reply, mkdir(path, 0755));
	else if (is(op, "pin_rmdir"))
		reply_result(reply, rmdir(path));
	else if (is(op, "chmod"))
		reply_result(reply, chmod(path, (mode_t)strtoul(arg(request, "mode"), NULL, 8)));
	else if (is(op, "stat"))
		stat_path(reply, path);
	else if (is(op, "open_pin") || is(op, "open_dir"))
		open_path(request, reply, path);
	else if (is(op, "create_file")) {
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		reply_result(reply, fd);
		if (fd >= 0)
			install(reply, request->as, fd);
	} else
		return false;
	return true;
}

static void lock_file(const struct request *request, struct reply *reply)
{
	int how = arg(request, "unlock") != NULL ? LOCK_UN : LOCK_EX;
	if (arg(request, "nonblock") != NULL)
		how |= LOCK_NB;
	reply_result(reply, flock(arg_fd(request, "handle"), how));
}

bool op_files(const struct request *request, struct reply *reply)
{
	char path[1024], to[1024];
	if (is(request->op, "flock")) {
		lock_file(request, reply);
		return true;
	}
	if (is(request->op, "mount_bpffs")) {
		mount_one(request, reply);
		return true;
	}
	if (is(request->op, "umount_bpffs")) {
		umount_one(request, reply);
		return true;
	}
	const char *written = arg(request, "path");
	if (written == NULL || is(request->op, "mkdir"))
		return false;
	if (!bpffs_path(written, path)) {
		reply_status(reply, "!unsupported: path %.80s", written);
		return true;
	}
	if (!is_two_paths(request->op))
		return one_path(request, reply, path);
	if (bpffs_path(arg(request, "to"), to))
		two_paths(request, reply, path, to);
	else
		reply_status(reply, "!unsupported: path %.80s", arg(request, "to"));
	return true;
}
