// What libbpf says of each relocation of an object, as text: log OBJECT [BTF]
#include <bpf/libbpf.h>
#include <stdio.h>

static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	return vprintf(format, arguments);
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = argc > 2 ? argv[2] : NULL);
	struct bpf_object *object;

	libbpf_set_print(print);
	object = argc > 1 ? bpf_object__open_file(argv[1], &options) : NULL;
	if (!object)
		return 1;
	// That the kernel refuses the first program does not matter: relocations come before.
	bpf_object__load(object);
	bpf_object__close(object);
	return 0;
}
