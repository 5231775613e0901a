/* One process of the trace: does what the hub tells it, one request at a time. */
#include "agent.h"
#include <signal.h>
#include <sys/prctl.h>

int self = -1;

static struct request request;
static struct reply reply;

static void serve(int given)
{
	reply_status(&reply, "!unsupported: operation %s", request.op);
	if (is(request.op, "link_states")) {
		reply_status(&reply, "ok");
		link_states(&reply);
		return;
	}
	if (is(request.op, "fire")) {
		make_own_event(&request, &reply);
		return;
	}
	if (op_bpf(&request, &reply) || op_programs(&request, &reply) || op_objects(&request, &reply) || op_descriptors(&request, &reply) ||
	    op_cgroups(&request, &reply) || op_files(&request, &reply) || op_sockets(&request, &reply) ||
	    op_maps(&request, &reply) || op_info(&request, &reply) || op_trace(&request, &reply) || op_odd(&request, &reply) ||
	    op_netdevs(&request, &reply) || op_xdp(&request, &reply) || op_tc(&request, &reply))
		return;
	op_processes(&request, &reply, given);
}

/*
 * The descriptor of a namespace that a request speaks of. It would not be there without the agent, so it goes where the
 * trace's are not; unless the trace asks for just this one.
 */
static void take_passed(int *given, bool filled)
{
	if (*given < 0 || is(request.op, "fork") || is(request.op, "clone_files"))
		return;
	bool traces = is(request.op, "take_fd") || is(request.op, "open_netns");
	if (traces && filled) {
		/* It came in beyond the trace's limit. */
		close(*given);
		*given = -1;
	}
	if (*given < 0 || is(request.op, "take_fd"))
		return;
	int low = *given;
	*given = -1;
	passed_fd = low;
	if (is(request.op, "open_netns"))
		return;
	passed_fd = move_high(low);
}

static void drop_passed(void)
{
	if (passed_fd >= 0)
		close(passed_fd);
	passed_fd = -1;
}

void be_actor(int index)
{
	char line[LINE_LEN];
	self = index;
	int control = FD_CONTROL + index;
	for (;;) {
		int given = -1;
		/* What the agent passes must come in, even where no number is left for the trace. */
		bool lifted = lift_fd_limit();
		if (receive_text(control, line, sizeof line, &given) <= 0)
			_exit(0);
		bool well_formed = parse_request(&request, line);
		if (well_formed)
			take_passed(&given, lifted);
		restore_fd_limit(lifted);
		if (!well_formed) {
			reply_status(&reply, "!malformed request");
		} else {
			serve(given);
			drop_passed();
		}
		int passed = returned_fd;
		if (is(request.op, "send_fd")) {
			passed = arg_fd(&request, "handle");
			if (fcntl(passed, F_GETFD) < 0) {
				reply_status(&reply, "%d", EBADF);
				passed = -1;
			} else {
				reply_status(&reply, "ok");
			}
		}
		if (send_text(control, reply.text, reply.len, passed) < 0)
			_exit(0);
		if (returned_fd >= 0)
			close(returned_fd);
		returned_fd = -1;
	}
}
