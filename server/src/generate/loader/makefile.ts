/** The Makefile of a program and its loader in C, for a machine with clang, bpftool and libbpf's headers. */
import type { GeneratedProgram } from '../model';

export function makefile({ baseName, header }: GeneratedProgram): string {
  const shared = header === undefined ? '' : ` ${header.name}`;
  return `CLANG ?= clang
BPFTOOL ?= bpftool

ARCH := $(shell uname -m | sed -e 's/x86_64/x86/' -e 's/aarch64/arm64/' -e 's/ppc64le/powerpc/' -e 's/riscv64/riscv/' -e 's/s390x/s390/')
BPF_CFLAGS := -target bpf -D__TARGET_ARCH_$(ARCH) -O2 -g -Wall
CFLAGS ?= -O2 -g -Wall

${baseName}: ${baseName}.c ${baseName}.skel.h${shared}
	$(CC) $(CFLAGS) $(LDFLAGS) $< -o $@ -lbpf -lelf -lz

${baseName}.skel.h: ${baseName}.bpf.o
	$(BPFTOOL) gen skeleton $< name ${skeletonName(baseName)} > $@.new
	mv $@.new $@

${baseName}.bpf.o: ${baseName}.bpf.c vmlinux.h${shared}
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

vmlinux.h:
	$(BPFTOOL) btf dump file /sys/kernel/btf/vmlinux format c > $@.new
	mv $@.new $@

clean:
	rm -f ${baseName} ${baseName}.skel.h ${baseName}.bpf.o vmlinux.h

.PHONY: clean
.DELETE_ON_ERROR:
`;
}

/** What bpftool calls the skeleton: an identifier of C. */
export function skeletonName(baseName: string): string {
  return `${baseName.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_')}_bpf`;
}
