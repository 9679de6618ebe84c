// Asks the running kernel about each map of an object, taken alone: `map-probe OBJECT`. Each line of stdout is a map's name,
// errno, or 0, and what libbpf said last; where libbpf does not take the object at all, the one line has the name `object`.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char said[1024];

static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN)
		vsnprintf(said, sizeof(said), format, arguments);
	said[strcspn(said, "\n")] = '\0';
	return 0;
}

static int answer(const char *name, int error)
{
	return printf("%s\t%d\t%s\n", name, error, error ? said : "");
}

// `outer` and what it holds from the beginning: `outer__first`.
static int belongs(const char *name, const char *asked)
{
	size_t length = strlen(asked);

	return strncmp(name, asked, length) == 0 && (!name[length] || strncmp(name + length, "__", 2) == 0);
}

// Opened anew for each: a failed load ends an object.
static int ask(const char *path, const char *name)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *map;
	int error;

	if (!object)
		return answer("object", errno);
	bpf_object__for_each_map(map, object)
		bpf_map__set_autocreate(map, belongs(bpf_map__name(map), name));
	error = bpf_object__load(object);
	bpf_object__close(object);
	return answer(name, -error);
}

int main(int count, char **arguments)
{
	struct bpf_object *object;
	struct bpf_map *map;

	if (count != 2)
		return 2;
	libbpf_set_print(keep);
	object = bpf_object__open_file(arguments[1], NULL);
	if (!object)
		return answer("object", errno) < 0;
	bpf_object__for_each_map(map, object)
		if (ask(arguments[1], bpf_map__name(map)) < 0)
			return 1;
	bpf_object__close(object);
	return 0;
}
