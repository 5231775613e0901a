//: wait
/* Until the process has ended, which anybody can see. */
static int wait_for(int actor)
{
	pid_t pid = shared->pid[actor];
	int pidfd = pid > 0 ? ours(result(syscall(SYS_pidfd_open, pid, 0))) : -ECHILD;
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	if (pidfd < 0)
		return -ECHILD;
	int ready = poll(&ended, 1, 5000);
	close(pidfd);
	return ready == 1 ? 0 : -ETIMEDOUT;
}

/* What only a parent can do. */
static bool reap(int actor)
{
	int said = result(waitpid(shared->pid[actor], NULL, 0));
	shared->pid[actor] = 0; /* the number may be another process from now on */
	return said > 0 || expect_text("waitpid(2)", "the process", "none");
}

//: kill
static int kill_process(int actor)
{
	return shared->pid[actor] > 0 ? result(kill(shared->pid[actor], SIGKILL)) : -ESRCH;
}

//: set_caps <linux/capability.h> <sched.h>
/* Nobody, with these capabilities; in a user namespace of its own they count for nothing that matters here. */
static int set_caps(uint64_t caps, bool userns)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { (uint32_t)caps, (uint32_t)caps, 0 },
						  { (uint32_t)(caps >> 32), (uint32_t)(caps >> 32), 0 } };
	prctl(PR_SET_KEEPCAPS, userns ? 0 : 1);
	syscall(SYS_setgroups, 0, NULL);
	if (syscall(SYS_setresgid, 65534, 65534, 65534) < 0 || syscall(SYS_setresuid, 65534, 65534, 65534) < 0)
		return result(-1);
	if (userns && unshare(CLONE_NEWUSER) < 0)
		return result(-1);
	int said = result(syscall(SYS_capset, &header, data));
	prctl(PR_SET_DUMPABLE, 1);
	return said;
}
