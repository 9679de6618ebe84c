#pragma once

// Keeps a perf event open on each tracepoint of the kernel until stdin ends. While one is open, closing another on the
// same tracepoint waits for no grace period of RCU. The abstract socket `name` exists as long as any is open.
int hold(const char *name);
