#pragma once

// Lets libbpf take sections that it is too old to know, so that the kernel is asked about them all the same.
void register_newer_sections(void);

// Whether it is one of those: libbpf calls nobody else for it.
int is_newer_section(const char *section);
