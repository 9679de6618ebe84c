/* What the rejected programs share. Each of them has one thing wrong; the line that a person would point at is marked. */
#pragma once

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#ifndef NO_LICENSE
char LICENSE[] SEC("license") = "GPL";
#endif

/* The compiler must neither know a value nor drop what is done with it. */
#define hide(x) asm volatile("" : "+r"(x))
#define use(x) asm volatile("" : : "r"(x) : "memory")
#define keep(x) asm volatile("" : : "r"(&(x)) : "memory")

struct value {
	__u64 total;
	__u64 last;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct value);
} counts SEC(".maps");

struct table {
	__u32 cells[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct table);
} tables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
