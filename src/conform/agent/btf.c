/* BTF: ids of the kernel's own types and of programs' functions, and the little that our own programs carry. */
#include "agent.h"

enum {
	CMD_BTF_LOAD = 18,
	BTF_MAGIC = 0xeb9f,
	HEADER = 24,
	INT_SIGNED = 1 << 24,
};

struct type {
	uint32_t name, info, size;
};

static uint32_t kind_of(const struct type *type) { return type->info >> 24 & 0x1f; }
static uint32_t count_of(const struct type *type) { return type->info & 0xffff; }

/* Bytes behind a type, by its kind. */
static size_t tail_of(const struct type *type)
{
	static const uint8_t fixed[] = {[1] = 4, [3] = 12, [14] = 4, [17] = 4};
	static const uint8_t each[] = {[4] = 12, [5] = 12, [6] = 8, [13] = 8, [15] = 12, [19] = 12};
	uint32_t kind = kind_of(type);
	return (kind < sizeof fixed ? fixed[kind] : 0u) + (kind < sizeof each ? each[kind] * count_of(type) : 0u);
}

struct blob {
	const char *types, *end, *strings;
};

static bool open_blob(struct blob *blob, const char *bytes, size_t size)
{
	uint32_t header[6];
	if (size < HEADER)
		return false;
	memcpy(header, bytes, sizeof header);
	if ((header[0] & 0xffff) != BTF_MAGIC || header[1] + (size_t)header[4] + header[5] > size)
		return false;
	blob->types = bytes + header[1] + header[2];
	blob->end = blob->types + header[3];
	blob->strings = bytes + header[1] + header[4];
	return true;
}

/* The type of this name; of any kind if `kind` is 0. */
static uint32_t find_type(const struct blob *blob, const char *name, uint32_t kind, const struct type **found)
{
	uint32_t id = 1;
	for (const char *at = blob->types; at < blob->end; id++) {
		const struct type *type = (const struct type *)at;
		if ((kind == 0 || kind_of(type) == kind) && is(blob->strings + type->name, name)) {
			if (found != NULL)
				*found = type;
			return id;
		}
		at += sizeof *type + tail_of(type);
	}
	return 0;
}

/* The kernel's own types are read once by each process that asks for a name which nobody has asked for before. */
static bool read_kernel(struct blob *blob)
{
	static char *bytes;
	static size_t size;
	if (bytes == NULL) {
		int fd = open_high("/sys/kernel/btf/vmlinux", O_RDONLY);
		enum { ROOM = 24 << 20 };
		if (fd < 0 || (bytes = malloc(ROOM)) == NULL)
			return false;
		for (ssize_t n; size < ROOM && (n = read(fd, bytes + size, ROOM - size)) > 0; size += (size_t)n)
			;
		close(fd);
	}
	return open_blob(blob, bytes, size);
}

uint32_t kernel_type(const char *name, uint32_t kind)
{
	struct blob blob;
	for (int i = 0; i < shared->known_types_used; i++)
		if (shared->known_types[i].kind == kind && is(shared->known_types[i].name, name))
			return shared->known_types[i].id;
	if (!read_kernel(&blob))
		return 0;
	uint32_t id = find_type(&blob, name, kind, NULL);
	if (id != 0 && shared->known_types_used < KNOWN_TYPES_MAX) {
		struct known_type *known = &shared->known_types[shared->known_types_used];
		copy_name(known->name, name);
		known->kind = kind;
		known->id = id;
		shared->known_types_used++;
	}
	return id;
}

/* A member of one of the kernel's structures. */
bool kernel_member(const char *structure, const char *member, struct member *found)
{
	struct blob blob;
	const struct type *type;
	if (!read_kernel(&blob) || find_type(&blob, structure, BTF_STRUCT, &type) == 0)
		return false;
	found->size = type->size;
	for (uint32_t i = 0; i < count_of(type); i++) {
		uint32_t entry[3];
		memcpy(entry, (const char *)(type + 1) + i * sizeof entry, sizeof entry);
		if (!is(blob.strings + entry[0], member))
			continue;
		/* With bit fields in the structure, the offset is in the lower 24 bits. */
		found->offset = ((type->info >> 31) != 0 ? entry[2] & 0xffffff : entry[2]) / 8;
		found->index = i;
		return true;
	}
	return false;
}

/*
 * The id that a program's BTF has for a function: noted at its load, since not everybody may ask the kernel for it. Ids
 * that no type has stand for a function that is not there, and 1, the first type of all our programs, for programs without
 * BTF and for descriptors that are no programs: the kernel has something else to say then.
 */
uint32_t program_function(int prog, const char *name)
{
	enum { NOT_THERE = 100000 };
	char full[NAME_LEN * 2];
	int index = kind_of_fd(prog) == 'p' ? object_with_id('p', id_of_fd(prog)) : -1;
	if (index < 0 || !shared->objects[index].has_btf || is(name, "int"))
		return 1;
	snprintf(full, sizeof full, "%s:%s", shared->objects[index].name, name);
	int function = object_named('f', full);
	return function < 0 ? NOT_THERE : shared->objects[function].btf_id;
}

struct writer {
	char strings[1024];
	uint32_t words[512];
	uint32_t strings_used, used, types;
};

static uint32_t string(struct writer *writer, const char *text)
{
	uint32_t at = writer->strings_used;
	size_t len = strlen(text) + 1;
	if (at + len > sizeof writer->strings)
		return 0;
	memcpy(writer->strings + at, text, len);
	writer->strings_used += (uint32_t)len;
	return at;
}

static uint32_t type(struct writer *writer, uint32_t name, uint32_t info, uint32_t size)
{
	const uint32_t words[] = {name, info, size};
	memcpy(writer->words + writer->used, words, sizeof words);
	writer->used += 3;
	return ++writer->types;
}

static void word(struct writer *writer, uint32_t value)
{
	writer->words[writer->used++] = value;
}

static uint32_t prototype(struct writer *writer, uint32_t result, uint32_t context, uint32_t arguments)
{
	uint32_t id = type(writer, 0, 13u << 24 | arguments, result);
	for (uint32_t i = 0; i < arguments; i++) {
		word(writer, string(writer, i == 0 ? "ctx" : "more"));
		word(writer, i == 0 ? context : result);
	}
	return id;
}

static int load_blob(const struct writer *writer)
{
	static char bytes[HEADER + sizeof writer->words + sizeof writer->strings];
	uint32_t types = writer->used * 4;
	const uint32_t header[6] = {BTF_MAGIC | 1 << 16, HEADER, 0, types, types, writer->strings_used};
	struct attr attr;
	memcpy(bytes, header, sizeof header);
	memcpy(bytes + HEADER, writer->words, types);
	memcpy(bytes + HEADER + types, writer->strings, writer->strings_used);
	attr_init(&attr, NULL);
	put64(&attr, 0, (uint64_t)(uintptr_t)bytes);
	put32(&attr, 16, HEADER + types + writer->strings_used);
	return move_high((int)bpf_call(CMD_BTF_LOAD, &attr));
}

/*
 * BTF for the functions of a program, each `int f(context *)` or with an int more; `context` null: a pointer to 64 bits, as
 * tracing programs have it. Writes the id of each function. The descriptor is the caller's to close.
 */
int functions_btf(const char *context, const struct function *functions, int count, uint32_t *ids)
{
	static struct writer writer;
	writer = (struct writer){.strings_used = 1};
	uint32_t number = type(&writer, string(&writer, "int"), 1u << 24, 4);
	word(&writer, INT_SIGNED | 32);
	uint32_t pointed = context == NULL ? type(&writer, string(&writer, "unsigned long long"), 1u << 24, 8)
					   : type(&writer, string(&writer, context), 4u << 24, 0);
	if (context == NULL)
		word(&writer, 64);
	uint32_t pointer = type(&writer, 0, 2u << 24, pointed);
	uint32_t one = prototype(&writer, number, pointer, 1), two = prototype(&writer, number, pointer, 2);
	for (int i = 0; i < count; i++)
		ids[i] = type(&writer, string(&writer, functions[i].name), 12u << 24 | !functions[i].is_static,
			      functions[i].two_arguments ? two : one);
	return load_blob(&writer);
}
