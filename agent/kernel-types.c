// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "kernel-types.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Kinds that headers of older kernels do not have. */
enum { FLOAT = 16, DECL_TAG = 17, TYPE_TAG = 18, ENUM64 = 19 };

void kernel_types_open(struct kernel_types *types)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat file;
	ssize_t got;

	*types = (struct kernel_types){ .bytes = MAP_FAILED };
	if (fd < 0 || fstat(fd, &file) || !file.st_size)
		goto out;
	types->size = file.st_size;
	/* Before Linux 6.16 it has to be copied. */
	types->bytes = mmap(NULL, types->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (types->bytes != MAP_FAILED)
		goto out;
	types->bytes = mmap(NULL, types->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (types->bytes == MAP_FAILED)
		goto out;
	for (size_t size = 0; size < types->size; size += got) {
		got = read(fd, types->bytes + size, types->size - size);
		if (got <= 0)
			break;
	}
out:
	if (fd >= 0)
		close(fd);
}

void kernel_types_close(struct kernel_types *types)
{
	if (types->bytes != MAP_FAILED)
		munmap(types->bytes, types->size);
}

/* Bytes that follow a type; -1 for a kind that is not known here. */
static long behind(const struct btf_type *type)
{
	long members = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case FLOAT:
	case TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case ENUM64:
		return 12 * members;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return 8 * members;
	default:
		return -1;
	}
}

/* The type whose name is at an offset among the strings; 0 where there is none. */
static int type_named(const struct kernel_types *types, size_t name, unsigned int kind)
{
	const struct btf_header *header = (const struct btf_header *)types->bytes;
	size_t at = (size_t)header->hdr_len + header->type_off, end = at + header->type_len;

	for (int id = 1; at + sizeof(struct btf_type) <= end; id++) {
		const struct btf_type *type = (const struct btf_type *)(types->bytes + at);
		long more = behind(type);

		if (more < 0)
			return 0;
		if (type->name_off == name && BTF_INFO_KIND(type->info) == kind)
			return id;
		at += sizeof(*type) + more;
	}
	return 0;
}

int kernel_type_id(const struct kernel_types *types, const char *name, unsigned int kind)
{
	const struct btf_header *header = (const struct btf_header *)types->bytes;
	size_t size = strlen(name) + 1;
	const char *strings, *end, *found;

	if (types->bytes == MAP_FAILED || types->size < sizeof(*header) || header->magic != BTF_MAGIC ||
	    (size_t)header->hdr_len + header->type_off + header->type_len > types->size ||
	    (size_t)header->hdr_len + header->str_off + header->str_len > types->size)
		return 0;
	strings = types->bytes + header->hdr_len + header->str_off;
	end = strings + header->str_len;
	/* The name is looked for first: there are few places for it, and many types. */
	for (const char *at = strings; (found = memmem(at, end - at, name, size)); at = found + 1) {
		int id = found > strings && found[-1] == '\0' ? type_named(types, found - strings, kind) : 0;

		if (id)
			return id;
	}
	return 0;
}
