/* SPDX-License-Identifier: MIT */
/* What is looked at from time to time: contents of maps, counters of lost records, run statistics. */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>

struct watch;

/* `stats` makes the kernel measure every BPF program of the host for as long as some watch wants it. */
struct watch *watch_open(unsigned long session, struct bpf_object *object, bool stats);
void watch_close(struct watch *watch);

/* The program has variables that count what it lost. */
bool watch_counts(const struct watch *watch);
/* Lines for what has changed. */
void watch_say_lost(struct watch *watch);
void watch_say_maps(struct watch *watch);
void watch_say_stats(const struct watch *watch);
