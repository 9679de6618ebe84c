/* SPDX-License-Identifier: MIT */
/*
 * bpf_printk of our programs. They write into the trace buffer of the whole host, which trace_pipe empties for whoever
 * reads first: it is read only while a program that prints is loaded, and only lines that fit one of its formats are
 * shown.
 */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>

enum { PRINTK_MS = 50 };

/* Nothing where no loaded program prints. */
void printk_open(unsigned long session, struct bpf_object *object);
void printk_close(unsigned long session);
bool printk_active(void);
/* Says what was printed since the last call. */
void printk_read(void);
