/* Cgroups of the trace, and files that are no BPF objects. */
#include "agent.h"
#include <sys/stat.h>

static void make(const struct request *request, struct reply *reply)
{
	struct cgroup *cgroup = cgroup_named(arg(request, "cgroup"));
	const char *again = arg(request, "path");
	if (cgroup == NULL)
		return reply_status(reply, "!unknown cgroup");
	if (again != NULL) {
		const struct cgroup *before = cgroup_named(again);
		if (before == NULL)
			return reply_status(reply, "!unknown cgroup");
		snprintf(cgroup->path, PATH_LEN, "%s", before->path);
	}
	long result = mkdir(cgroup->path, 0755);
	reply_result(reply, result);
	struct stat info;
	if (result >= 0 && stat(cgroup->path, &info) == 0)
		cgroup->ino = info.st_ino;
}

static void remove_one(const struct cgroup *cgroup, struct reply *reply)
{
	int fd = open_directory_of(cgroup, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return reply_result(reply, -1);
	close(fd);
	reply_result(reply, rmdir(cgroup->path));
}

static void join(const struct request *request, struct reply *reply)
{
	char path[PATH_LEN + 32];
	const char *name = arg(request, "cgroup");
	const struct cgroup *cgroup = cgroup_named(name);
	if (is(name, "outside"))
		snprintf(path, sizeof path, "%s/out/cgroup.procs", shared->root);
	else if (cgroup == NULL)
		return reply_status(reply, "!unknown cgroup");
	else {
		int checked = open_directory_of(cgroup, O_RDONLY | O_DIRECTORY);
		if (checked < 0)
			return reply_result(reply, -1);
		close(checked);
		snprintf(path, sizeof path, "%s/cgroup.procs", cgroup->path);
	}
	int fd = open_high(path, O_WRONLY);
	if (fd < 0)
		return reply_result(reply, -1);
	reply_result(reply, write(fd, "0", 1));
	close(fd);
}

static void statistics(const struct request *request, struct reply *reply)
{
	char path[PATH_LEN + 32], text[1024];
	const char *name = arg(request, "cgroup");
	if (name[0] == '@') {
		const struct handle *handle = handle_named(own_table(), name + 1);
		snprintf(path, sizeof path, "/proc/self/fd/%d/cgroup.stat",
			 handle != NULL && handle->open ? handle->fd : NOT_OPEN);
	} else {
		const struct cgroup *cgroup = cgroup_named(name);
		if (cgroup == NULL)
			return reply_status(reply, "!unknown cgroup");
		snprintf(path, sizeof path, "%s/cgroup.stat", cgroup->path);
	}
	int fd = open_high(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (len < 0)
		return reply_result(reply, -1);
	text[len] = '\0';
	const char *found = strstr(text, "nr_dying_descendants ");
	reply_status(reply, "ok");
	reply_add(reply, "nrDying=%lu", found == NULL ? 0 : strtoul(found + 21, NULL, 10));
}

static void open_directory(const struct request *request, struct reply *reply)
{
	const struct cgroup *cgroup = cgroup_named(arg(request, "cgroup"));
	if (cgroup == NULL)
		return reply_status(reply, "!unknown cgroup");
	int flags = arg(request, "oPath") != NULL ? O_PATH : O_RDONLY | O_DIRECTORY;
	int checked = open_directory_of(cgroup, flags);
	if (checked < 0)
		return reply_result(reply, -1);
	close(checked);
	int fd = open(cgroup->path, flags | O_CLOEXEC);
	reply_result(reply, fd);
	if (fd >= 0)
		install(reply, request->as, fd);
}

/* A version 1 hierarchy, if there is one: its root, or a directory of the agent's own that is removed at once. */
static int open_version_1(bool removed)
{
	char mount[PATH_LEN], path[PATH_LEN + 32];
	if (!find_mount("cgroup", mount, sizeof mount))
		return -1;
	if (!removed)
		return open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof path, "%s/%s", mount, strrchr(shared->root, '/') + 1);
	if (mkdir(path, 0755) < 0)
		return -1;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rmdir(path);
	return fd;
}

static int btf_of_the_kernel(void)
{
	struct attr attr;
	attr_init(&attr, NULL);
	put32(&attr, 0, 1);
	return (int)bpf_call(19, &attr); /* BPF_BTF_GET_FD_BY_ID */
}

static void open_plain(const struct request *request, struct reply *reply)
{
	const char *kind = arg(request, "kind");
	char path[PATH_LEN + 32];
	int fd = -1;
	if (is(kind, "regular"))
		fd = open(mount_path("", path), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	else if (is(kind, "dev_null"))
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	else if (is(kind, "mnt_ns"))
		fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	else if (is(kind, "cgroup_file")) {
		snprintf(path, sizeof path, "%s/out/cgroup.procs", shared->root);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	} else if (is(kind, "cgroup1_dir") || is(kind, "cgroup1_removed_dir")) {
		fd = open_version_1(is(kind, "cgroup1_removed_dir"));
		if (fd < 0)
			return reply_status(reply, "!unsupported: no version 1 cgroups here");
	} else if (is(kind, "mnt_ns"))
		fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	else if (is(kind, "btf"))
		fd = btf_of_the_kernel();
	else
		return reply_status(reply, "!unsupported: a file of kind %s", kind);
	reply_result(reply, fd);
	if (fd >= 0)
		install(reply, request->as, fd);
}

bool op_cgroups(const struct request *request, struct reply *reply)
{
	const char *op = request->op;
	const struct cgroup *cgroup;
	if (is(op, "mkdir"))
		make(request, reply);
	else if (is(op, "rmdir")) {
		cgroup = cgroup_named(arg(request, "cgroup"));
		if (cgroup == NULL)
			reply_status(reply, "!unknown cgroup");
		else
			remove_one(cgroup, reply);
	} else if (is(op, "join"))
		join(request, reply);
	else if (is(op, "cgroup_stat"))
		statistics(request, reply);
	else if (is(op, "open_cgroup"))
		open_directory(request, reply);
	else if (is(op, "open_file"))
		open_plain(request, reply);
	else
		return false;
	return true;
}
