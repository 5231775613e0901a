/*
 * lastref's conformance agent: executes the trace vocabulary on the kernel that it runs on.
 *
 * Three roles, one program:
 *   supervisor  prepares a cgroup subtree and namespaces, outlives everything else, and removes what was made (main.c)
 *   hub         process 1 of a PID namespace: reads requests, routes them, makes events, observes (hub.c, observe.c)
 *   actor       one process per actor of the trace, made by fork from another one (actor.c, ops_*.c)
 * When the hub dies the kernel kills every actor, because the hub is the init of their PID namespace.
 */
#ifndef LASTREF_AGENT_H
#define LASTREF_AGENT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum {
	NAME_LEN = 48,
	PATH_LEN = 256,
	LINE_LEN = 16384,
	ARGS_MAX = 48,
	HANDLES_MAX = 256,
	OBJECTS_MAX = 512,
	CGROUPS_MAX = 48,
	ACTORS_MAX = 24,
	MOUNTS_MAX = 16,
	NETNS_MAX = 12,
	NETDEVS_MAX = 24,
	ADDRESS_SIZE = 6,
	LOG_SLOTS = 256,
	IDS_MAX = 128,
	KNOWN_TYPES_MAX = 64,
	/* A number that is never open: what a handle stands for that never was one. */
	NOT_OPEN = 600,
	/* Every namespace has a loopback of this ifindex. */
	LOOPBACK_INDEX = 1,
	/* Descriptors of the agent itself lie above those of the trace, so that the lowest free number is the trace's. */
	FD_TARGET = 800,
	FD_SHARED = 901,
	FD_LOG = 902,
	FD_OUTSIDE = 903,
	FD_SELF = 904,
	/* A removed cgroup: the kernel itself says what a command on it returns, and when. */
	FD_DEAD = 905,
	FD_CONTROL = 910,
	FD_LIMIT = 1024,
	STEP_MS = 5000,
};

struct object {
	char name[NAME_LEN];
	char kind; /* 'p' program, 'l' link, 'm' map, 'f' function of a program */
	uint32_t id;
	int storage; /* program: index of its cgroup storage map, or -1 */
	uint32_t prog_type;
	bool has_btf;    /* program: its functions have ids */
	uint32_t btf_id; /* function: its id in the BTF of its program */
	int prog;    /* link: index of its program, or -1 */
	uint32_t attach_type; /* link: what it was made for */
};

struct cgroup {
	char name[NAME_LEN];
	char path[PATH_LEN];
	uint64_t ino;
};

/* A network namespace of the trace; which of them have a name is the hub's to know, which keeps them open. */
struct netns {
	char name[NAME_LEN];
	uint32_t ino; /* 0: not made yet */
};

/* A device of the trace, or the other end of one, which the trace does not know. Its name on the system is lrINDEX. */
struct netdev {
	char name[NAME_LEN];
	char kind[16];
	int index; /* ifindex, in every namespace: no two devices of a trace have the same, but for loopback */
	int peer;  /* place in the table, or -1 */
	int netns; /* where it was last seen: place in the table */
	int mtu;   /* 0: as the kernel makes it */
	int master; /* place in the table, or -1 */
	bool hidden;
};

struct handle {
	char name[NAME_LEN];
	int fd;
	bool open;
	char kind;  /* of the BPF object behind it, as in struct object; 0 for anything else */
	int object; /* index of that object, or -1 */
};

struct table {
	int used;
	struct handle handles[HANDLES_MAX];
};

struct actor {
	char name[NAME_LEN];
	pid_t pid;
	int parent; /* who forked it, or -1 for the hub */
	int table;
	int netns; /* place in the table; -1: that of the agent */
	bool alive;
	bool reaped;
};

/* What the order log of the programs looks like; also the value of a BPF array map. */
struct order_log {
	uint32_t count;
	uint32_t sampling; /* programs of samples write, each into a slot of its own */
	uint32_t slots[LOG_SLOTS];
};

/* A type of the running kernel. */
struct known_type {
	char name[NAME_LEN];
	uint32_t kind, id;
};

/* One page of truth for the hub and all actors; it lies in a memfd, which survives execve. */
struct shared {
	char root[PATH_LEN]; /* the agent's own cgroup directory */
	pid_t supervisor;    /* as the whole system sees it */
	uint32_t trace;      /* number of the trace, part of its cgroups' paths */
	uint16_t outside_port;
	uint32_t event_number; /* no system call, no other agent's and no other trace's: tells our events from everybody's */
	bool lingers;          /* programs of this trace that are still attached would take part in the next one */
	bool booted;           /* this machine was booted for the agent: whatever stops its kernel stops nobody else */
	bool no_traffic; /* a state was entered in which traffic is dangerous */
	bool no_log_map; /* the kernel cannot map the log: read it by bpf(2) */
	volatile bool gate; /* actors that run freely may start */
	/* The functions of the trace's kprobe_multi links, as they were written, where all have the same; how many they are. */
	char probed[NAME_LEN * 4];
	int probed_count; /* -1: they differ */
	int objects_used;
	struct object objects[OBJECTS_MAX];
	int cgroups_used;
	struct cgroup cgroups[CGROUPS_MAX];
	struct table tables[ACTORS_MAX];
	struct actor actors[ACTORS_MAX];
	int known_types_used;
	struct known_type known_types[KNOWN_TYPES_MAX];
	int netns_used;
	struct netns netns[NETNS_MAX];
	int netdevs_used;
	struct netdev netdevs[NETDEVS_MAX];
	int mounts_used;
	char mounts[MOUNTS_MAX][NAME_LEN];
};

extern struct shared *shared;
extern struct order_log *order_log;

/* --- text.c: requests and replies ------------------------------------------------------------------------------- */

struct request {
	char line[LINE_LEN];
	const char *seq, *actor, *op, *as;
	int nargs;
	const char *keys[ARGS_MAX], *values[ARGS_MAX];
};

struct reply {
	char text[LINE_LEN];
	size_t len;
};

bool parse_request(struct request *request, const char *line);
const char *arg(const struct request *request, const char *key);
uint64_t arg_int(const struct request *request, const char *key, uint64_t fallback);
bool is(const char *a, const char *b);
void copy_name(char *to, const char *from);
/* The first word of a reply: `ok`, an errno as number, or `!` and why the agent did not do it. */
void reply_status(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reply_result(struct reply *reply, long result);
void reply_add(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- table.c: names ---------------------------------------------------------------------------------------------- */

int object_named(char kind, const char *name);
int object_with_id(char kind, uint32_t id);
int add_object(char kind, const char *name, uint32_t id);
const char *object_name(char kind, uint32_t id, char *buffer);
struct cgroup *cgroup_named(const char *name);
const char *cgroup_with_ino(uint64_t ino);
int actor_named(const char *name);
struct table *own_table(void);
struct handle *handle_named(struct table *table, const char *name);
/* The number behind a handle argument: absent is 0, `#n` is n; a closed handle is the number it had, whoever has it now. */
int fd_named(const char *value);
int arg_fd(const struct request *request, const char *key);
/* Gives a new descriptor its name, or closes it if it has none. */
void install(struct reply *reply, const char *as, int fd);
void forget_handle(int fd);
/* What lies behind a number has changed. */
void describe_handles(int fd);

/* --- bpf.c: bpf(2) by raw system call ------------------------------------------------------------------------- */

struct attr {
	uint8_t bytes[4096];
	uint32_t size;
};

void attr_init(struct attr *attr, const struct request *request);
void put32(struct attr *attr, size_t offset, uint32_t value);
void put64(struct attr *attr, size_t offset, uint64_t value);
uint32_t get32(const struct attr *attr, size_t offset);
uint64_t get64(const struct attr *attr, size_t offset);
long bpf_call(int command, struct attr *attr);
/* 'p', 'l', 'm', or 0 for anything else */
char kind_of_fd(int fd);
uint32_t id_of_fd(int fd);
uint32_t type_of_fd(int fd);
/* The agent's own descriptors have high numbers, so that those of the trace are what they would be without it. Keeps errno. */
int move_high(int low);
int open_high(const char *path, int flags);
/* The directory of a cgroup; ENOENT also if another cgroup has its path by now. */
int open_directory_of(const struct cgroup *cgroup, int flags);
/* The cgroup argument as a descriptor; `*opened` says whether it was opened for this call only. */
int arg_cgroup(const struct request *request, bool *opened);
/*
 * What a call attaches to: the descriptor of a cgroup, a namespace, a map, a perf event or a program, or the index of a device; 0 if nothing is named.
 * False: it cannot be named, and errno says why. `*opened` is a descriptor that is closed after the call, or -1.
 */
bool arg_target(const struct request *request, int *target, int *opened);

/* --- btf.c ------------------------------------------------------------------------------------------------------------ */

enum { BTF_STRUCT = 4, BTF_TYPEDEF = 8, BTF_FUNC = 12 };

/* A function of one of our programs. */
struct function {
	const char *name;
	bool is_static, two_arguments;
};

/* Where a member lies, and how large its structure is. */
struct member {
	uint32_t offset, index, size;
};

uint32_t kernel_type(const char *name, uint32_t kind);
bool kernel_member(const char *structure, const char *member, struct member *found);
uint32_t program_function(int prog, const char *name);
int functions_btf(const char *context, const struct function *functions, int count, uint32_t *ids);

/* --- progs.c ---------------------------------------------------------------------------------------------------------- */

/* Does this process have every right? What is refused to it is refused to everybody. */
bool is_mighty(void);

/* --- struct_ops.c: only where the machine was booted for the agent ------------------------------------------------- */

bool describe_ops_map(struct attr *attr, bool by_link);
bool fill_ops(const struct request *request, void *value, size_t size);
void put_ops_member(struct attr *attr, const struct request *request);
void connect_with_ops(const struct request *request, struct reply *reply);
void forget_ops(void);
void unregister_ops(void);

/* --- the operations; each says whether it knows the operation ------------------------------------------------ */

bool op_bpf(const struct request *request, struct reply *reply);
bool op_programs(const struct request *request, struct reply *reply);
bool op_objects(const struct request *request, struct reply *reply);
bool op_maps(const struct request *request, struct reply *reply);
bool op_info(const struct request *request, struct reply *reply);
bool op_trace(const struct request *request, struct reply *reply);
bool op_descriptors(const struct request *request, struct reply *reply);
bool op_files(const struct request *request, struct reply *reply);
bool op_cgroups(const struct request *request, struct reply *reply);
bool op_sockets(const struct request *request, struct reply *reply);
bool op_odd(const struct request *request, struct reply *reply);
bool op_netdevs(const struct request *request, struct reply *reply);
bool op_xdp(const struct request *request, struct reply *reply);
bool op_tc(const struct request *request, struct reply *reply);

/* --- netlink.c: rtnetlink by hand ---------------------------------------------------------------------------------- */

struct nlmsghdr;
struct nlattr;
struct message {
	uint32_t words[512];
};

void nl_begin(struct message *message, uint16_t type, uint16_t flags, const void *fixed, size_t size);
void nl_put(struct message *message, uint16_t type, const void *value, size_t size);
void nl_put32(struct message *message, uint16_t type, uint32_t value);
void nl_put_text(struct message *message, uint16_t type, const char *text);
size_t nl_nest(struct message *message, uint16_t type);
void nl_end(struct message *message, size_t nest);
/* The payload of an attribute behind the fixed part of a message, or inside another attribute; NULL: it has none. */
const void *nl_find(const struct nlmsghdr *header, size_t fixed, uint16_t type, size_t *size);
const void *nl_find_in(const void *nest, size_t length, uint16_t type, size_t *size);
typedef void nl_each(const struct nlmsghdr *header, void *context);
/* Sends a request, gives every message of the answer to `each`, and returns what the kernel acknowledged: 0, or -1 and errno. */
long nl_talk(int socket, struct message *message, nl_each *each, void *context);
int socket_high(int domain, int type, int protocol);
/* The same over a socket of its own; when it returns, that socket keeps nothing alive any more. */
long rtnl(struct message *message, nl_each *each, void *context);
/* Sockets of the present namespace that are not freed yet. */
long sockets_used(void);
/* Waits until there are as few as that: the last reference to a namespace must be the trace's to drop. */
void wait_for_sockets(long used);

/* --- netns.c: the hub's part in namespaces and devices ------------------------------------------------------------ */

int netns_named(const char *name);
int netdev_named(const char *name);
int netdev_with_index(int index);
/* The index of the device argument for a system call of this actor; one that no device has where it cannot be seen. */
int arg_ifindex(const struct request *request);
void netdev_address(const struct netdev *netdev, uint8_t *address);
int ifindex_seen_from(const struct netdev *netdev, int netns);
/* The descriptor that came with the request; -1: none. Closed after the operation. */
extern int passed_fd;
/* A descriptor that goes back to the hub with the reply; -1: none. */
extern int returned_fd;
/* Fills in a request that makes the device and, if it has one, its peer. */
void build_netdev(struct message *message, const struct netdev *netdev, int netns_fd, int peer_netns_fd);

/* All that follows is the hub's. */
bool netns_begin(void);
void netns_reset(void);
/* In a new process: into the first namespace of the trace, if it has one. */
void enter_first_netns(void);
bool net_declaration(const struct request *request, struct reply *reply);
/* Requests of actors in which the hub has a part. */
bool net_request(int actor, const char *line, const struct request *request, struct reply *reply);
/* For a request that an actor works off while others run: the descriptor that it needs. False: the hub has a part in it. */
bool net_descriptor(const struct request *request, int *fd);
/* Enters a namespace of the trace, by its name or through a process that is inside; false: neither is there. */
bool visit_netns(int netns);
void leave_netns(void);
/* The hub's descriptor of a namespace that has a name; -1: it has none. */
int netns_name_fd(int netns);
/* A socket for rtnetlink in the first namespace, which lives as long as the trace; -1: the trace has none. */
int first_rtnl(void);

/* --- event_net.c, observe_net.c ------------------------------------------------------------------------------------- */

struct sockaddr_in;
int listening(struct sockaddr_in *at);
bool make_net_event(const struct request *request, struct reply *reply);
void close_event_sockets(void);
/* Devices of the first namespace, what is attached there, and the hooks of named namespaces. */
void observe_net(const struct request *request, struct reply *reply);

/* Gives the descriptor of a new link its name, and the link its place in the table of objects. */
void install_link(const struct request *request, struct reply *reply, int fd, int prog, uint32_t attach_type);
void reply_names(struct reply *reply, const char *key, const uint32_t *ids, uint32_t count);
void show_link(struct reply *reply, int fd);
/* The id of the map that a link of struct_ops has; 0: none. */
uint32_t map_under(int link);

/* --- actor.c, process.c -------------------------------------------------------------------------------------------------- */

extern int self; /* index of this actor */
void be_actor(int index) __attribute__((noreturn));
/* Handles process operations: fork, clone_files, execve ... `fd` came with the request. */
bool op_processes(const struct request *request, struct reply *reply, int fd);
/* The trace's limit on descriptors does not count for what the agent opens itself. True: there was one. Keeps errno. */
bool lift_fd_limit(void);
void restore_fd_limit(bool lifted);
int send_text(int socket, const char *text, size_t len, int fd);
ssize_t receive_text(int socket, char *text, size_t size, int *fd);

/* --- init.c: on a kernel that was booted for the agent ----------------------------------------------------------- */

/* Returns in the process that is to be the supervisor. */
void be_init(void);
/* Becomes another program, which the kernel kills when its parent dies. */
int be_tied(char **command);

/* --- hub.c, observe.c, event.c, setup.c ----------------------------------------------------------------------- */

/* How long one step may take, in milliseconds. */
extern int step_ms;
void be_hub(int in, int out) __attribute__((noreturn));
/* The directory of a cgroup by its index, kept open: it keeps nothing of the cgroup. Not to be closed; -1: not there. */
int cgroup_directory(int index);
bool ask_actor(int index, const char *line, int fd, char *answer, size_t size, int *got, bool patient);
void observe(const struct request *request, struct reply *reply);
/* Does the kernel list this id? */
bool is_listed(char kind, uint32_t id);
void show_listed(const struct request *request, struct reply *reply);
void show_map_refs(struct reply *reply);
void link_states(struct reply *reply);
/*
 * Links of devices and namespaces, by the words of their info: the key under which info tells what they are attached to, and
 * its name, empty for 0. NULL: another type of link.
 */
const char *net_anchor(const void *info, const char **name);
void reply_net_details(struct reply *reply, const void *info);
void make_event(const struct request *request, struct reply *reply);
/* Whether it is an event of that kind: at no cgroup and at no device. */
bool make_trace_event(const struct request *request, struct reply *reply);
/* Where in the agent's own file the function lies that multi probes are attached to. */
uint64_t probed_offset(void);
void make_own_event(const struct request *request, struct reply *reply);
void start_log(void);
void finish_log(struct reply *reply);
/* What the call that made an event said, and who ran. `errno` is that of the call. */
void conclude_event(struct reply *reply, long result);
/* Only what ran of these program types; 0 ends the list. NULL: everything. */
void finish_log_of(struct reply *reply, const uint32_t *types);
const char *mount_path(const char *mount, char *buffer);
bool bpffs_path(const char *written, char *buffer);

#define TRACEFS "/mnt/tracing"

/* Mount point of the first file system of this type. */
bool find_mount(const char *type, char *path, size_t size);
bool make_dead_cgroup(void);
bool remove_subtree(const char *path);
void remove_stale(const char *mount);
const char *setup_hub(void);
int make_log_map(void);
/* Every event of the agent needs loopback in its own network namespace. */
const char *setup_network(void);

#endif
