#pragma once

// Loads each program of the object on its own, attaches it if told to, reports a verdict for each, and detaches.
void verify(const char *path, int attach, const char *types);

// One program through libbpf alone: load and bpf_program__attach(), as a skeleton would.
void verify_alone(const char *path, const char *program, int attach);
