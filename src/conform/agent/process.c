/* Processes: fork, clone, exec, exit, signals, privileges. */
#include "agent.h"
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

/* The request brings the child's end of its control socket; the hub has set its entry in the table of actors aside. */
static void make_child(const struct request *request, struct reply *reply, int control)
{
	int child = (int)arg_int(request, "index", 0);
	bool share_files = is(request->op, "clone_files");
	if (control < 0 || dup3(control, FD_CONTROL + child, 0) < 0)
		return reply_result(reply, -1);
	close(control);
	struct actor *actor = &shared->actors[child];
	if (share_files)
		actor->table = shared->actors[self].table;
	else
		shared->tables[child] = *own_table();
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | (share_files ? CLONE_FILES : 0), NULL, NULL, NULL, NULL);
	if (pid == 0) {
		if (!share_files)
			close(FD_CONTROL + self);
		be_actor(child);
	}
	int error = errno;
	if (!share_files || pid < 0)
		close(FD_CONTROL + child);
	errno = error;
	reply_result(reply, pid);
	if (pid > 0)
		actor->pid = pid;
}

/* What keeps a descriptor through execve is its own flag; the table of handles lies in the shared page. */
static void execute(struct reply *reply)
{
	char index[16];
	if (shared->actors[self].table != self) {
		/* exec unshares the descriptor table. */
		shared->tables[self] = *own_table();
		shared->actors[self].table = self;
	}
	snprintf(index, sizeof index, "%d", self);
	char *const argv[] = {"lastref-agent", "--actor", index, NULL};
	char *const env[] = {NULL};
	syscall(SYS_execveat, FD_SELF, "", argv, env, AT_EMPTY_PATH);
	reply_result(reply, -1);
}

static void reap(const struct request *request, struct reply *reply)
{
	pid_t pid = (pid_t)arg_int(request, "pid", 0);
	long result;
	do
		result = waitpid(pid, NULL, __WALL);
	while (result < 0 && errno == EINTR);
	reply_result(reply, result);
}

static const struct {
	const char *name;
	int number;
} CAPS[] = {
	{"CAP_NET_ADMIN", CAP_NET_ADMIN},
	{"CAP_SYS_ADMIN", CAP_SYS_ADMIN},
	{"CAP_PERFMON", 38},
	{"CAP_BPF", 39},
};

static void set_caps(const struct request *request, struct reply *reply)
{
	const char *wanted = arg(request, "caps");
	uint64_t caps = 0;
	for (size_t i = 0; i < sizeof CAPS / sizeof *CAPS; i++)
		if (strstr(wanted, CAPS[i].name) != NULL)
			caps |= 1ULL << CAPS[i].number;
	bool userns = arg(request, "userns") != NULL;
	/* Not glibc's wrappers: those of a static program would want to tell its other threads. */
	prctl(PR_SET_KEEPCAPS, userns ? 0 : 1);
	syscall(SYS_setgroups, 0, NULL);
	if (syscall(SYS_setresgid, 65534, 65534, 65534) < 0 || syscall(SYS_setresuid, 65534, 65534, 65534) < 0)
		return reply_result(reply, -1);
	if (userns && unshare(CLONE_NEWUSER) < 0)
		return reply_result(reply, -1);
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	data[0].effective = data[0].permitted = (uint32_t)caps;
	data[1].effective = data[1].permitted = (uint32_t)(caps >> 32);
	long result = syscall(SYS_capset, &header, data);
	/* Otherwise /proc/self would belong to root from now on. */
	prctl(PR_SET_DUMPABLE, 1);
	reply_result(reply, result);
}

/* Waits until everybody may start, and then a little more: `spin` nanoseconds, busily, because sleep is too coarse. */
static void pass_gate(const struct request *request, struct reply *reply)
{
	struct timespec now, start;
	long spin = (long)arg_int(request, "spin", 0);
	while (!shared->gate)
		sched_yield();
	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - start.tv_sec) * 1000000000L + now.tv_nsec - start.tv_nsec < spin);
	reply_status(reply, "ok");
}

bool op_processes(const struct request *request, struct reply *reply, int fd)
{
	const char *op = request->op;
	if (is(op, "fork") || is(op, "clone_files"))
		make_child(request, reply, fd);
	else if (is(op, "execve"))
		execute(reply);
	else if (is(op, "exit"))
		_exit(0);
	else if (is(op, "kill")) {
		int target = actor_named(arg(request, "target"));
		/* The number of a process that was reaped may be another's by now. */
		if (target < 0 || shared->actors[target].reaped)
			reply_status(reply, "%d", ESRCH);
		else
			reply_result(reply, kill(shared->actors[target].pid, SIGKILL));
	} else if (is(op, "reap"))
		reap(request, reply);
	else if (is(op, "set_caps"))
		set_caps(request, reply);
	else if (is(op, "gate"))
		pass_gate(request, reply);
	else if (is(op, "take_fd")) {
		/* Second half of send_fd. */
		reply_status(reply, fd < 0 ? "9" : "ok");
		if (fd >= 0)
			install(reply, request->as, fd);
	} else
		return false;
	return true;
}
