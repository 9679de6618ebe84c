// Says what was done, so that a test can look for it among what arrived.
#pragma once

#include <stdint.h>

// One line of JSON: the event, the process it happened in, and the fields that are known, as `name`, value pairs that
// end with NULL. Values are text: decimal numbers, strings, or bytes in hexadecimal.
void did(const char *event, int pid, ...);

// Text of a number; good until 16 more were asked for.
const char *number(int64_t value);

const char *address(const void *value);

void do_files(const char *folder);
void do_memory(void);
void do_processes(const char *self);
void do_signals_and_timers(void);
void do_sockets(void);
