#pragma once

// Lets libbpf take sections that it is too old to know, so that the kernel is asked about them all the same.
void register_newer_sections(void);
