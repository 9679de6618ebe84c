import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatText } from '#core/snapshot/formats';
import { readCached, writeCached } from '#server/kernel/cache';
import type { CachedKernel } from '#server/kernel/cache';
import { temporaryFolder, write } from './kernel-tree';

function kernel(text: string): CachedKernel {
  return {
    meta: { release: '6.1.0', machine: 'x86_64' },
    events: 'clock:tick\n',
    formats: { blob: Buffer.from(text), entries: new Map([['clock/tick', { start: 0, end: text.length }]]) },
  };
}

const key = (digit: string) => digit.repeat(32);

describe('the cache', () => {
  it('has nothing for a key that was never written', async () => {
    expect(await readCached(temporaryFolder(), key('a'))).toBeUndefined();
  });

  it('gives one of the written kernels whole, whoever writes at the same time', async () => {
    const folder = join(temporaryFolder(), 'made/on/demand');
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(20_000));
    const seen = new Set<string | undefined>();
    const writers = texts.map((text) => writeCached(folder, key('0'), kernel(text)));
    const reader = async (): Promise<void> => {
      const cached = await readCached(folder, key('0'));
      if (cached !== undefined) seen.add(formatText(cached.formats, 'clock', 'tick'));
    };
    await Promise.all([...writers, ...Array.from({ length: 50 }, reader)]);
    await reader();
    for (const text of seen) expect(texts).toContain(text);
    expect(seen.size).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([`live-${key('0')}.ebpfkernel`]);
  });

  it('keeps the four newest, removes what was abandoned, and touches no other file', async () => {
    const folder = temporaryFolder();
    const old = ['1', '2', '3', '4', '5'].map((digit) => `live-${key(digit)}.ebpfkernel`);
    const abandoned = `live-${key('6')}.ebpfkernel.00aa.tmp`;
    const unfinished = `live-${key('7')}.ebpfkernel.00bb.tmp`;
    const others = ['mine.ebpfkernel', 'live-x.ebpfkernel', 'notes.tmp'];
    write(folder, Object.fromEntries([...old, abandoned, unfinished, ...others].map((name) => [name, ''])));
    for (const [i, name] of old.entries()) utimesSync(join(folder, name), 1000 + i, 1000 + i);
    for (const name of [abandoned, ...others]) utimesSync(join(folder, name), 1000, 1000);
    await writeCached(folder, key('8'), kernel('x'));
    expect(readdirSync(folder).sort()).toEqual(
      [...old.slice(2), unfinished, `live-${key('8')}.ebpfkernel`, ...others].sort(),
    );
  });
});
