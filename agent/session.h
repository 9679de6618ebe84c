/* SPDX-License-Identifier: MIT */
/* Objects at work, several at once. Each ends with `stopped` or `failed`. */
#pragma once

#include "load.h"

#include <stdbool.h>

bool session_exists(unsigned long id);
bool session_any(void);
void session_start(const struct request *request);
/* Detaches in the background, then says what is left in the buffers, then `stopped`. False where there is none. */
bool session_stop(unsigned long id);
void session_stop_all(void);
/* Waits until all are detached, `most_ms` at most. Says nothing. */
void session_detach_all(int most_ms);

/* What is due: call it whenever the main loop wakes. Returns milliseconds until something is due again, or -1. */
int sessions_run(bool records_waiting);
/* Records are waiting in memory that nothing will tell of: readers_fd() need not be watched. */
bool sessions_busy(void);
