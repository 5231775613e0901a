/* Requests and replies: one line each, fields separated by tabs, arguments as key=value. */
#include "agent.h"
#include <stdarg.h>

bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

void copy_name(char *to, const char *from)
{
	snprintf(to, NAME_LEN, "%s", from);
}

static char *next_field(char **rest)
{
	return strsep(rest, "\t");
}

bool parse_request(struct request *request, const char *line)
{
	if (strlen(line) >= sizeof request->line)
		return false;
	strcpy(request->line, line);
	char *rest = request->line;
	request->seq = next_field(&rest);
	request->actor = next_field(&rest);
	request->op = next_field(&rest);
	request->as = next_field(&rest);
	request->nargs = 0;
	if (request->as == NULL)
		return false;
	for (char *field = next_field(&rest); field != NULL; field = next_field(&rest)) {
		char *equals = strchr(field, '=');
		if (equals == NULL || request->nargs == ARGS_MAX)
			return false;
		*equals = '\0';
		request->keys[request->nargs] = field;
		request->values[request->nargs++] = equals + 1;
	}
	return true;
}

const char *arg(const struct request *request, const char *key)
{
	for (int i = 0; i < request->nargs; i++)
		if (is(request->keys[i], key))
			return request->values[i];
	return NULL;
}

uint64_t arg_int(const struct request *request, const char *key, uint64_t fallback)
{
	const char *value = arg(request, key);
	if (value == NULL)
		return fallback;
	return value[0] == '-' ? (uint64_t)strtoll(value, NULL, 0) : strtoull(value, NULL, 0);
}

static void append(struct reply *reply, const char *format, va_list values)
{
	size_t room = sizeof reply->text - reply->len;
	int wanted = vsnprintf(reply->text + reply->len, room, format, values);
	if (wanted > 0)
		reply->len += (size_t)wanted < room ? (size_t)wanted : room - 1;
}

void reply_status(struct reply *reply, const char *format, ...)
{
	va_list values;
	reply->len = 0;
	va_start(values, format);
	append(reply, format, values);
	va_end(values);
}

void reply_result(struct reply *reply, long result)
{
	if (result < 0)
		reply_status(reply, "%d", errno);
	else
		reply_status(reply, "ok");
}

void reply_add(struct reply *reply, const char *format, ...)
{
	va_list values;
	if (reply->len < sizeof reply->text - 1) {
		reply->text[reply->len++] = '\t';
		reply->text[reply->len] = '\0';
	}
	va_start(values, format);
	append(reply, format, values);
	va_end(values);
}
