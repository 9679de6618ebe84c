/* SPDX-License-Identifier: MIT */
/* Why the kernel or libbpf says no, where the host's facts tell. */
#pragma once

#include <bpf/libbpf.h>

/*
 * A sentence or two for the user, NULL where nothing is known for sure. `text` is what libbpf and the verifier said.
 * Valid until the next call.
 */
const char *cause_of_load(int error, const char *text);
const char *cause_of_attach(const struct bpf_program *program, int error, const char *text);
