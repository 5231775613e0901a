/*
 * The hub: process 1 of the PID namespace. It reads requests, hands them to actors, and answers one line per request.
 * It holds no BPF object but the log map, so that nothing of a trace lives on because of it.
 */
#include "agent.h"
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

/* How long answers are kept back at most, but for a step that takes longer. */
enum { QUIET_MS = 500 };

/* The hub's ends of the control sockets, and a pidfd of each actor. */
static int controls[ACTORS_MAX], pidfds[ACTORS_MAX];
int step_ms = STEP_MS;
static struct request request;
static struct reply reply;
static int output;
static char outgoing[LINE_LEN * 8];
static size_t outgoing_len;

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long flushed_at;

static void flush(void)
{
	flushed_at = now_ms();
	for (size_t sent = 0; sent < outgoing_len;) {
		ssize_t n = write(output, outgoing + sent, outgoing_len - sent);
		if (n < 0 && errno != EINTR)
			_exit(1);
		if (n > 0)
			sent += (size_t)n;
	}
	outgoing_len = 0;
}

static void answer_line(void)
{
	if (outgoing_len + reply.len + 64 > sizeof outgoing)
		flush();
	outgoing_len += (size_t)snprintf(outgoing + outgoing_len, sizeof outgoing - outgoing_len, "%s\t%s\n",
					 request.seq == NULL ? "0" : request.seq, reply.text);
}

static void bury(int index)
{
	if (controls[index] >= 0)
		close(controls[index]);
	if (pidfds[index] >= 0)
		close(pidfds[index]);
	controls[index] = -1;
	pidfds[index] = -1;
	shared->actors[index].alive = false;
}

/* Its control socket is the first thing that a dying process closes; it is dead when it is a zombie. */
static bool is_dead(int index, char *answer, size_t size)
{
	struct pollfd ended = {.fd = pidfds[index], .events = POLLIN};
	poll(&ended, 1, step_ms);
	bury(index);
	snprintf(answer, size, "!dead");
	return false;
}

/*
 * True: answered. False: dead or silent; `answer` then says which, as the status of a reply. Who is only looked at
 * (not `patient`) is not waited for while it dies.
 */
static bool await_answer(int index, char *answer, size_t size, int *got, bool patient)
{
	struct pollfd wait[2] = {{.fd = controls[index], .events = POLLIN}, {.fd = pidfds[index], .events = POLLIN}};
	for (;;) {
		int ready = poll(wait, 2, step_ms);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0) {
			snprintf(answer, size, "!timeout");
			return false;
		}
		if ((wait[0].revents & POLLIN) != 0 && receive_text(controls[index], answer, size, got) > 0)
			return true;
		if (wait[1].revents != 0 || wait[0].revents != 0)
			return patient ? is_dead(index, answer, size) : false;
	}
}

bool ask_actor(int index, const char *line, int fd, char *answer, size_t size, int *got, bool patient)
{
	if (send_text(controls[index], line, strlen(line), fd) < 0)
		return patient ? is_dead(index, answer, size) : false;
	return await_answer(index, answer, size, got, patient);
}

/* Free running: a request with `async` is handed over, and `collect` brings its answer later, one for each. */
static bool racing;
/* Answers that each actor still owes. */
static int owed[ACTORS_MAX];
/* Handed over since the race began. */
static bool removes, attaches;

/*
 * A cgroup is resolved before the lock is taken. An attach, or a query of the effective array, that waits there until the
 * cgroup is removed and released would leave an entry for ever, or read freed memory: not on a machine that others use.
 */
static bool is_dangerous_race(void)
{
	bool query = is(request.op, "query") && (arg_int(&request, "flags", 0) & 1) != 0;
	removes |= is(request.op, "rmdir");
	attaches |= is(request.op, "prog_attach") || query;
	return removes && attaches;
}

static void hand_over(int index, const char *line)
{
	racing = true;
	if (is_dangerous_race())
		return reply_status(&reply, "!refused: rmdir races with an attach or a query");
	int fd;
	if (!net_descriptor(&request, &fd))
		return reply_status(&reply, "!unsupported: %s while others run", request.op);
	if (send_text(controls[index], line, strlen(line), fd) < 0)
		return reply_status(&reply, "!dead");
	owed[index]++;
	reply_status(&reply, "ok");
}

static bool collect(int index)
{
	if (owed[index] == 0) {
		reply_status(&reply, "!nothing to collect");
		return true;
	}
	owed[index]--;
	return await_answer(index, reply.text, sizeof reply.text, NULL, true);
}

/* An actor whose process has ended is no longer asked for its links. */
static void notice_deaths(void)
{
	struct pollfd ended[ACTORS_MAX];
	for (int i = 0; i < ACTORS_MAX; i++)
		ended[i] = (struct pollfd){.fd = shared->actors[i].alive ? pidfds[i] : -1, .events = POLLIN};
	if (poll(ended, ACTORS_MAX, 0) <= 0)
		return;
	for (int i = 0; i < ACTORS_MAX; i++)
		if (ended[i].revents != 0)
			bury(i);
}

static int set_aside(const char *name, int ends[2])
{
	for (int i = 0; i < ACTORS_MAX; i++) {
		if (shared->actors[i].pid != 0)
			continue;
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
			return -1;
		shared->actors[i] = (struct actor){.parent = -1, .table = i, .netns = shared->netns_used > 0 ? 0 : -1};
		copy_name(shared->actors[i].name, name);
		return i;
	}
	return -1;
}

static void enter(int index, int control, pid_t pid)
{
	controls[index] = control;
	pidfds[index] = (int)syscall(SYS_pidfd_open, pid, 0);
	shared->actors[index].pid = pid;
	shared->actors[index].alive = true;
}

static void first_actor(const char *name)
{
	int ends[2];
	int index = set_aside(name, ends);
	shared->tables[index].used = 0;
	pid_t pid = fork();
	if (pid == 0) {
		dup3(ends[1], FD_CONTROL + index, 0);
		enter_first_netns();
		dup3(open("/dev/null", O_RDONLY), 0, 0);
		dup3(open("/dev/null", O_WRONLY), 1, 0);
		/* Everything between standard error and the agent's own numbers belongs to the trace. */
		syscall(SYS_close_range, 3, FD_TARGET - 1, 0);
		be_actor(index);
	}
	close(ends[1]);
	enter(index, ends[0], pid);
}

static void kill_actors(void)
{
	for (int i = 0; i < ACTORS_MAX; i++)
		if (shared->actors[i].alive && shared->actors[i].pid > 1)
			kill(shared->actors[i].pid, SIGKILL);
	for (int i = 0; i < ACTORS_MAX; i++) {
		struct pollfd ended = {.fd = pidfds[i], .events = POLLIN};
		if (shared->actors[i].alive)
			poll(&ended, 1, step_ms);
		bury(i);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* Directories of the trace's cgroups; each 1 more than the descriptor, so that 0 is none. */
static int directories[CGROUPS_MAX];

int cgroup_directory(int index)
{
	const struct cgroup *cgroup = &shared->cgroups[index];
	if (directories[index] == 0 && cgroup->ino != 0)
		directories[index] = open_directory_of(cgroup, O_RDONLY | O_DIRECTORY) + 1;
	return directories[index] - 1;
}

static void close_directories(void)
{
	for (int i = 0; i < shared->cgroups_used; i++) {
		if (directories[i] > 0)
			close(directories[i] - 1);
		directories[i] = 0;
	}
}

/* Pins go with their instance; a fresh one is cheaper than walking the old one. */
static void renew_mounts(void)
{
	char path[PATH_LEN];
	for (int i = 0; i < shared->mounts_used; i++)
		umount2(mount_path(shared->mounts[i], path), MNT_DETACH);
	shared->mounts_used = 0;
	umount2(mount_path("bpffs", path), MNT_DETACH);
	(void)!mount("lastref", path, "bpf", 0, NULL);
}

/* Links that were pinned are released by a work item: until then their programs see what the next trace does. */
static void await_programs(void)
{
	for (int i = 0; i < shared->objects_used; i++)
		for (int ms = 0; ms < 2000 && shared->objects[i].kind == 'p' && is_listed('p', shared->objects[i].id); ms++)
			usleep(1000);
}

/*
 * Events of a tracepoint share one list of programs and one place among its raw tracepoints, whoever opened them: one agent
 * after the other has such events, each for a trace, and from its beginning.
 */
static int tracepoint_lock = -1;

static void lock_tracepoints(void)
{
	tracepoint_lock = open_high(TRACEFS "/events", O_RDONLY | O_DIRECTORY);
	while (tracepoint_lock >= 0 && flock(tracepoint_lock, LOCK_EX) < 0 && errno == EINTR)
		;
}

/* The file of an event that a link held is put by the kernel's delayed_fput a tick later, and nothing shows when. */
static void unlock_tracepoints(void)
{
	enum { TWO_SLOW_TICKS_US = 20000 };
	if (tracepoint_lock < 0)
		return;
	usleep(TWO_SLOW_TICKS_US);
	close(tracepoint_lock);
	tracepoint_lock = -1;
}

static void reset(void)
{
	char path[PATH_LEN];
	kill_actors();
	if (shared->booted)
		unregister_ops();
	close_directories();
	netns_reset();
	if (arg(&request, "pins") != NULL)
		renew_mounts();
	for (int i = shared->cgroups_used - 1; i >= 0; i--)
		for (int tries = 0; tries < 100 && rmdir(shared->cgroups[i].path) < 0 && errno == EBUSY; tries++)
			usleep(1000);
	if (shared->trace > 0) {
		snprintf(path, sizeof path, "%s/t%u", shared->root, shared->trace);
		remove_subtree(path);
	}
	if (shared->lingers)
		await_programs();
	unlock_tracepoints();
	shared->lingers = false;
	shared->cgroups_used = 0;
	shared->objects_used = 0;
	shared->probed_count = 0;
	shared->no_traffic = false;
	shared->gate = racing = removes = attaches = false;
	memset(owed, 0, sizeof owed);
	memset(shared->actors, 0, sizeof shared->actors);
	for (int i = 0; i < ACTORS_MAX; i++)
		controls[i] = pidfds[i] = -1;
	reply_status(&reply, "ok");
}

/* begin: a neutral directory for the trace, and its first process. */
static void begin(void)
{
	char path[PATH_LEN];
	if (arg(&request, "tracepoints") != NULL)
		lock_tracepoints();
	shared->trace++;
	/* Larger than the number of any system call, and below the bit that marks those of another ABI. */
	shared->event_number = 1U << 29 | ((uint32_t)shared->supervisor & 0x3fffff) << 7 | (shared->trace & 0x7f);
	snprintf(path, sizeof path, "%s/t%u", shared->root, shared->trace);
	if (mkdir(path, 0755) < 0)
		return reply_result(&reply, -1);
	if (arg(&request, "net") != NULL && !netns_begin())
		return reply_status(&reply, "!cannot make a network namespace");
	first_actor(arg(&request, "actor"));
	reply_status(&reply, "ok");
}

static void declare_cgroup(void)
{
	const char *name = arg(&request, "name"), *parent = arg(&request, "parent");
	const struct cgroup *above = parent == NULL ? NULL : cgroup_named(parent);
	if (shared->cgroups_used == CGROUPS_MAX || strchr(name, '/') != NULL || name[0] == '.')
		return reply_status(&reply, "!unsupported: cgroup %s", name);
	struct cgroup *cgroup = &shared->cgroups[shared->cgroups_used];
	copy_name(cgroup->name, name);
	cgroup->ino = 0;
	if (above == NULL)
		snprintf(cgroup->path, PATH_LEN, "%s/t%u/%s", shared->root, shared->trace, name);
	else if (snprintf(cgroup->path, PATH_LEN, "%s/%s", above->path, name) >= PATH_LEN)
		return reply_status(&reply, "!unsupported: path of cgroup %s is too long", name);
	shared->cgroups_used++;
	reply_status(&reply, "ok");
	if (arg(&request, "later") != NULL)
		return;
	struct stat info;
	if (mkdir(cgroup->path, 0755) < 0 || stat(cgroup->path, &info) < 0)
		return reply_result(&reply, -1);
	cgroup->ino = info.st_ino;
}

static void fork_actor(int parent, const char *line)
{
	int ends[2];
	char extended[LINE_LEN];
	int child = set_aside(arg(&request, "child"), ends);
	if (child < 0)
		return reply_status(&reply, "!too many actors");
	shared->actors[child].netns = shared->actors[parent].netns;
	snprintf(extended, sizeof extended, "%s\tindex=%d", line, child);
	bool answered = ask_actor(parent, extended, ends[1], reply.text, sizeof reply.text, NULL, true);
	reply.len = strlen(reply.text);
	close(ends[1]);
	shared->actors[child].parent = parent;
	if (answered && shared->actors[child].pid > 0) {
		enter(child, ends[0], shared->actors[child].pid);
		return;
	}
	close(ends[0]);
	memset(&shared->actors[child], 0, sizeof shared->actors[child]);
}

static void pass_fd(int from, const char *line)
{
	char second[256];
	int fd = -1, to = actor_named(arg(&request, "to"));
	if (to < 0 || !shared->actors[to].alive)
		return reply_status(&reply, "%d", EPIPE);
	bool answered = ask_actor(from, line, -1, reply.text, sizeof reply.text, &fd, true);
	reply.len = strlen(reply.text);
	if (answered && fd >= 0) {
		snprintf(second, sizeof second, "0\t-\ttake_fd\t%s", arg(&request, "name"));
		ask_actor(to, second, fd, reply.text, sizeof reply.text, NULL, true);
		reply.len = strlen(reply.text);
	}
	if (fd >= 0)
		close(fd);
}

/* A kernel lets only the parent reap; without one, the hub is the parent. */
static bool reap(int target)
{
	char line[64], answer[64];
	int parent = shared->actors[target].parent;
	pid_t pid = shared->actors[target].pid;
	snprintf(line, sizeof line, "0\t-\treap\t-\tpid=%d", pid);
	if (parent >= 0 && shared->actors[parent].alive)
		if (ask_actor(parent, line, -1, answer, sizeof answer, NULL, true) && is(answer, "ok"))
			return true;
	return waitpid(pid, NULL, __WALL) == pid;
}

/* The model lets anybody wait. */
static void wait_for(int target)
{
	struct pollfd ended = {.events = POLLIN};
	if (target < 0 || shared->actors[target].reaped)
		return reply_status(&reply, "%d", ECHILD);
	ended.fd = pidfds[target];
	if (shared->actors[target].alive && poll(&ended, 1, step_ms) != 1)
		return reply_status(&reply, "!timeout");
	bury(target);
	if (!reap(target))
		return reply_result(&reply, -1);
	shared->actors[target].reaped = true;
	reply_status(&reply, "ok");
}

static void to_actor(const char *line)
{
	int index = actor_named(request.actor);
	if (index < 0 || !shared->actors[index].alive)
		return reply_status(&reply, "!dead");
	if (is(request.op, "fork") || is(request.op, "clone_files"))
		return fork_actor(index, line);
	if (is(request.op, "send_fd"))
		return pass_fd(index, line);
	if (is(request.op, "wait"))
		return wait_for(actor_named(arg(&request, "target")));
	if (arg(&request, "async") != NULL)
		return hand_over(index, line);
	if (net_request(index, line, &request, &reply))
		return;
	bool answered = is(request.op, "collect")
				? collect(index)
				: ask_actor(index, line, -1, reply.text, sizeof reply.text, NULL, true);
	reply.len = strlen(reply.text);
	if (!answered && is(request.op, "exit") && is(reply.text, "!dead"))
		reply_status(&reply, "ok");
	/* Who does not answer is not asked again: the state of a trace is unknown from here on. */
	if (!answered && is(reply.text, "!timeout"))
		kill_actors();
}

static void serve(const char *line)
{
	reply_status(&reply, "!malformed request");
	if (!parse_request(&request, line))
		return;
	/* Answers that nobody has collected would go with the actor. */
	if (!is(request.op, "reset") && !racing)
		notice_deaths();
	if (is(request.op, "hello"))
		reply_status(&reply, "ok");
	else if (is(request.op, "reset"))
		reset();
	else if (is(request.op, "begin"))
		begin();
	else if (is(request.op, "declare"))
		declare_cgroup();
	else if (net_declaration(&request, &reply))
		;
	else if (is(request.op, "open_gate")) {
		shared->gate = true;
		reply_status(&reply, "ok");
	} else if (is(request.op, "observe"))
		observe(&request, &reply);
	else if (is(request.op, "listed"))
		show_listed(&request, &reply);
	else if (is(request.op, "fire") && is(request.actor, "-"))
		make_event(&request, &reply);
	else
		to_actor(line);
}

void be_hub(int in, int out)
{
	static char buffer[LINE_LEN * 4];
	size_t held = 0;
	output = out;
	for (int i = 0; i < ACTORS_MAX; i++)
		controls[i] = pidfds[i] = -1;
	for (;;) {
		char *end = memchr(buffer, '\n', held);
		if (end != NULL) {
			*end = '\0';
			serve(buffer);
			answer_line();
			/* Whoever waits hears of us now and then. */
			if (now_ms() - flushed_at > QUIET_MS)
				flush();
			held -= (size_t)(end + 1 - buffer);
			memmove(buffer, end + 1, held);
			continue;
		}
		/* Answers go out together when there is nothing left to do. */
		flush();
		if (held == sizeof buffer)
			_exit(1);
		ssize_t n = read(in, buffer + held, sizeof buffer - held);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		held += (size_t)n;
	}
	kill_actors();
	_exit(0);
}
