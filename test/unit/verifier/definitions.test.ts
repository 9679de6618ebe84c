import { describe, expect, it } from 'vitest';
import {
  functionDefinition,
  mapDefinition,
  sectionOf,
  variableDefinition,
} from '#core/verifier/loader/definitions';

const lines = `#include "vmlinux.h"
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
} counts SEC(".maps");
extern int bpf_nothing(int n) __ksym;
extern const int CONFIG_X __kconfig;
static int helper(int counts);

SEC("xdp")
int one_line(void *ctx) { return counts_of(ctx); }

SEC("fentry/vfs_read")
int BPF_PROG(wrapped, struct file *file)
{
	return one_line(file);
}
static int helper(int counts)
{
	return counts;
}`.split('\n');
const texts = [{ file: 'a.bpf.c', lines }];
const line = (found: { readonly line?: number } | undefined) => found?.line;

describe('names of the source', () => {
  it('are found where they are defined, not where they are used', () => {
    expect(line(mapDefinition(texts, 'counts'))).toBe(4);
    expect(line(variableDefinition(texts, 'bpf_nothing'))).toBe(5);
    expect(line(variableDefinition(texts, 'CONFIG_X'))).toBe(6);
    expect(line(functionDefinition(texts, 'one_line'))).toBe(10);
    expect(line(functionDefinition(texts, 'wrapped'))).toBe(13);
    expect(line(functionDefinition(texts, 'helper'))).toBe(17);
  });

  it('have their section above them, if they have one', () => {
    expect(sectionOf(texts, 'one_line')).toMatchObject({ line: 9, column: 1 });
    expect(line(sectionOf(texts, 'wrapped'))).toBe(12);
    expect(sectionOf(texts, 'helper')).toBeUndefined();
  });

  it('give nothing where it is not sure which', () => {
    const twice = [...texts, { file: 'b.bpf.c', lines }];
    expect(mapDefinition(twice, 'counts')).toBeUndefined();
    expect(functionDefinition(texts, 'unknown')).toBeUndefined();
  });
});
