/* SPDX-License-Identifier: MIT */
/* What the kernel lets programs use, tried out. */
#pragma once

#include <stdio.h>

/* The parts of `bpftool feature probe -j` that say what a program may use. Returns an errno. */
int write_features(FILE *file);
