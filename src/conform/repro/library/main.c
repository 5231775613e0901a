//: probe
/* A command that the kernel does not know is EINVAL, one that it knows is EBADF for this descriptor. */
static bool knows(int command)
{
	int32_t attr[16] = { -1 };
	return bpf(command, attr, sizeof(attr)) != -EINVAL;
}

//: probe_revision query_attr on_cgroup
/* Kernels with BPF_F_BEFORE, BPF_F_AFTER and expected_revision for cgroups count the revisions of a cgroup. */
static bool has_revisions(int attach_type)
{
	struct query query = { .attach_type = attach_type };
	int said = on_cgroup(BPF_PROG_QUERY, -1, &query.target_fd, &query, sizeof(query));
	return said >= 0 && query.revision > 0;
}

//: probe_list query_attr
/* A kernel that does not know the attach type has no target for it. */
static bool has_lists(int attach_type)
{
	struct query query = { .target_fd = 1 /* lo */, .attach_type = attach_type };
	return bpf(BPF_PROG_QUERY, &query, sizeof(query)) != -EINVAL;
}

//: actors =orders =answers
struct step {
	int actor;           /* who takes it; -1: nobody, that is, ourselves */
	bool (*run)(void);   /* true: as the trace says */
	int receiver;        /* who does the second half of the step */
	bool (*receive)(void);
	bool (*see)(void);   /* what is to be seen from outside afterwards */
	bool eventually;     /* may lag behind */
	bool ends;           /* the process ends with it */
	const char *says;
};

static const struct step steps[STEPS];
static int orders[ACTORS][2], answers[2];

/* A process of the trace: takes the steps that it is told to take. */
static void serve(int actor)
{
	short order;
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	/* With our ends closed, all processes of the trace see it when the program that leads them is gone. */
	for (int i = 0; i < ACTORS; i++) {
		if (orders[i][1] >= 0)
			close(orders[i][1]);
		orders[i][1] = -1; /* a child of ours must not close whatever has the number by then */
	}
	while (read(orders[actor][0], &order, sizeof(order)) == sizeof(order)) {
		const struct step *step = &steps[order < 0 ? ~order : order];
		char answer = order < 0 ? step->receive() : step->run();
		if (write(answers[1], &answer, 1) != 1)
			break;
	}
	_exit(0);
}

//: start actors
static int start(int actor)
{
	pid_t pid = fork();
	if (pid == 0)
		serve(actor);
	if (pid > 0)
		shared->pid[actor] = pid;
	return pid < 0 ? result(pid) : 0;
}

//: start_with_table actors tables <sched.h>
/* A process with a table of its own, which begins as a copy, or one that shares both descriptors and table. */
static int begin(int actor, bool shares)
{
	shared->table_of[actor] = shares ? own - shared->tables : actor;
	if (!shares && own != NULL)
		shared->tables[actor] = *own;
	pid_t pid = syscall(SYS_clone, SIGCHLD | (shares ? CLONE_FILES : 0), NULL, NULL, NULL, NULL);
	if (pid == 0) {
		own = &shared->tables[shared->table_of[actor]];
		serve(actor);
	}
	if (pid > 0)
		shared->pid[actor] = pid;
	return pid < 0 ? result(pid) : 0;
}

static int start(int actor)
{
	return begin(actor, false);
}

//: execve start_with_table
/* What an image that is executed has to find again of our own variables. */
static const struct { void *at; size_t size; } kept[] = {
	KEPT
};

static void keep(bool back)
{
	unsigned char *place = shared->kept;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); place += kept[i++].size)
		if (back)
			memcpy(kept[i].at, place, kept[i].size);
		else
			memcpy(place, kept[i].at, kept[i].size);
}

static void close_ours_on_exec(bool on)
{
	for (int fd = OURS; fd < OURS_END; fd++)
		fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

/* Executes ourselves. Descriptors of the trace stay or go as their flag says; descriptors of our own stay. */
static int execute(int actor)
{
	char number[16], memory[16];
	snprintf(number, sizeof(number), "%d", actor);
	snprintf(memory, sizeof(memory), "%d", memory_fd);
	if (shared->table_of[actor] != actor) /* execve(2) ends the sharing of descriptors */
		shared->tables[actor] = *own;
	shared->table_of[actor] = actor;
	keep(false);
	close_ours_on_exec(false);
	execl("/proc/self/exe", "repro", number, memory, NULL);
	return result(-1);
}

/* The new image: it answers for the step, and goes on with the next one. */
static void go_on(const char *number, const char *memory)
{
	int actor = atoi(number);
	char good = 1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, atoi(memory), 0);
	if (shared == MAP_FAILED)
		_exit(1);
	keep(true);
	close_ours_on_exec(true);
	own = &shared->tables[actor];
	if (write(answers[1], &good, 1) == 1)
		serve(actor);
	_exit(1);
}

//: orders actors

/* A negative order is the second half of a step. */
static bool tell(int actor, short order, bool ends)
{
	char answer = 0;
	int pidfd = result(syscall(SYS_pidfd_open, shared->pid[actor], 0));
	struct pollfd wait[2] = { { .fd = answers[0], .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };
	bool ended = false;
	if (pidfd < 0 || write(orders[actor][1], &order, sizeof(order)) != sizeof(order))
		ended = true;
	else if (poll(wait, 2, 5000) < 1) {
		snprintf(shared->why, sizeof(shared->why), "no answer for 5 s");
		kill(shared->pid[actor], SIGKILL);
	} else if ((wait[0].revents & POLLIN) != 0)
		ended = read(answers[0], &answer, 1) != 1;
	else
		ended = true;
	if (pidfd >= 0)
		close(pidfd);
	if (ended && !ends)
		snprintf(shared->why, sizeof(shared->why), "the process has ended");
	return ends ? ended : answer == 1;
}

//: skip_rest orders
/* What this kernel cannot do is no failure: the steps from here on are not taken. */
static int skip_rest(int from, int passed)
{
	for (int i = from; i < STEPS; i++)
		printf("ok %d %s # SKIP %s\n", i + 1, steps[i].says, i == from ? shared->cannot : "after what could not be done");
	printf("# Totals: pass:%d fail:%d xfail:0 xpass:0 skip:%d error:0\n", passed, from - passed, STEPS - from);
	return passed < from ? 1 : 4;
}

//: main orders <time.h>
static pid_t leader;

static void clean(void)
{
	if (getpid() != leader)
		return;
	leader = 0;
	for (int i = 0; shared != NULL && i < ACTORS; i++)
		if (shared->pid[i] > 0)
			kill(shared->pid[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	CLEAN
}

static void interrupted(int signal)
{
	clean();
	_exit(128 + signal);
}

static void skip(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(4);
}

static bool take_step(short number)
{
	const struct step *step = &steps[number];
	if (step->actor < 0)
		return step->run();
	bool done = tell(step->actor, number, step->ends);
	if (!done || step->receive == NULL)
		return done;
	return step->receiver < 0 ? step->receive() : tell(step->receiver, ~number, false);
}

/* What can only be seen from outside may lag behind, too. */
static bool seen_after(const struct step *step)
{
	for (int tries = 0; step->see != NULL && !step->see(); tries++) {
		if (tries == 500)
			return false;
		usleep(10000);
	}
	return true;
}

static bool as_expected(short number)
{
	for (int tries = 0;; tries++) {
		shared->why[0] = '\0';
		if (take_step(number))
			return seen_after(&steps[number]);
		if (!steps[number].eventually || tries == 20)
			return false;
		usleep(20000 * (tries + 1)); /* later and later: a look may itself delay what it waits for */
	}
}

static void prepare(void)
{
	if (geteuid() != 0)
		skip("not root");
	leader = getpid();
	shared = share(sizeof(*shared));
	/* Processes whose parent has ended become our children, so that none is left behind. */
	if (shared == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || pipe2(answers, O_CLOEXEC) < 0)
		skip("no memory or no pipes");
	answers[0] = ours(answers[0]);
	answers[1] = ours(answers[1]);
	for (int i = 0; i < ACTORS; i++) {
		if (pipe2(orders[i], O_CLOEXEC) < 0)
			skip("no pipes");
		orders[i][0] = ours(orders[i][0]);
		orders[i][1] = ours(orders[i][1]);
	}
	atexit(clean);
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	signal(SIGHUP, interrupted);
	signal(SIGPIPE, SIG_IGN);
	PREPARE
	start(0);
}

int main(ARGUMENTS)
{
	GO_ON
	int count = sizeof(steps) / sizeof(*steps), passed = 0;
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("TAP version 13\n");
	prepare();
	printf("1..%d\n# expected: %s\n", count, speaks_for);
	for (int i = 0; i < count; i++) {
		bool good = as_expected(i);
		UNABLE
		passed += good;
		printf("%s %d %s\n", good ? "ok" : "not ok", i + 1, steps[i].says);
		if (!good)
			printf("# %s\n", shared->why);
	}
	if (passed < count)
		printf("# this kernel does not do what was expected of %s\n", speaks_for);
	printf("# Totals: pass:%d fail:%d xfail:0 xpass:0 skip:0 error:0\n", passed, count - passed);
	return passed == count ? 0 : 1;
}
