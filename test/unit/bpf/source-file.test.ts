import { describe, expect, it } from 'vitest';
import { hasBpfName, looksLikeBpf } from '#core/bpf/source-file';

describe('hasBpfName', () => {
  it.each(['/p/a.bpf.c', '/p/maps.bpf.h'])('takes %s', (path) => expect(hasBpfName(path)).toBe(true));
  it.each(['/p/a.c', '/p/bpf.c', '/p/a.bpf.cpp', '/p/a.bpf.c.orig', '/p.bpf.c/a.c'])('leaves %s', (path) =>
    expect(hasBpfName(path)).toBe(false),
  );
});

describe('looksLikeBpf', () => {
  it.each([
    'SEC("xdp")\nint f(void *ctx)',
    'struct { } m SEC(".maps");',
    'SEC ( "license" )',
    '#include <bpf/bpf_helpers.h>',
    '#include "bpf_helpers.h"',
  ])('sees %j', (text) => expect(looksLikeBpf(text)).toBe(true));

  it.each([
    'int main(void) { return 0; }',
    '#define SEC(name)',
    'x = SEC(3);',
    'USEC("10")',
    '#include <linux/bpf.h>',
    '#include "my_bpf_helpers.hpp"',
  ])('passes over %j', (text) => expect(looksLikeBpf(text)).toBe(false));
});
