/** The local provider against the kernel that runs the test: nothing of tracefs is lost or changed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KernelIndex } from '#core/kernel/model';
import { parseFormat } from '#core/kernel/format';
import { openKernel } from '#server/kernel/open';
import { bundledDir } from '#support/bundled';
import { describeUnless } from '#support/requirement';
import { ensureTracefs } from '#support/tracefs';

const notRoot = process.geteuid?.() === 0 ? undefined : 'root';

describeUnless(notRoot, 'the local provider', () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'ebpf-cache-'));
  let tracing = '';
  let fresh: KernelIndex;
  let cached: KernelIndex;

  beforeAll(async () => {
    tracing = await ensureTracefs();
    const first = openKernel({ kind: 'local' }, { bundledDir, cacheDir });
    fresh = await first.full;
    await first.idle;
    cached = await openKernel({ kind: 'local' }, { bundledDir, cacheDir }).full;
  });
  afterAll(() => rmSync(cacheDir, { recursive: true }));

  it('has written one cache file, and reads it', () => {
    expect(cached.provenance).toEqual(fresh.provenance);
    expect(readdirSync(cacheDir)).toEqual([expect.stringMatching(/^live-[0-9a-f]{32}\.ebpfkernel$/)]);
  });

  it('has all events of available_events and no other', () => {
    const lines = readFileSync(join(tracing, 'available_events'), 'utf8').split('\n');
    const expected = [...new Set(lines.filter((line) => line !== ''))].sort();
    expect(expected.length).toBeGreaterThan(100);
    const names = fresh.events.map(({ category, name }) => `${category}:${name}`);
    expect(names.toSorted()).toEqual(expected);
  });

  it('has every format file as the kernel prints it, also those of events that are not available', () => {
    const root = join(tracing, 'events');
    const folders = (path: string) =>
      readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [entry.name] : [],
      );
    let count = 0;
    for (const category of folders(root)) {
      for (const name of folders(join(root, category))) {
        const text = readFileSync(join(root, category, name, 'format'), 'utf8');
        for (const kernel of [fresh, cached]) {
          expect(kernel.formatText(category, name)).toBe(text);
          expect(kernel.format(category, name)).toEqual(parseFormat(text, category, name).value);
        }
        count++;
      }
    }
    expect(count).toBeGreaterThanOrEqual(fresh.events.length);
  });

  it('has the kernel’s types, and no problem', () => {
    for (const kernel of [fresh, cached]) {
      expect(kernel.types.struct('trace_event_raw_sys_enter')?.members.map(({ name }) => name)).toContain(
        'args',
      );
      expect(kernel.problems).toEqual([]);
      expect(kernel.provenance).toMatchObject({ source: 'local', location: tracing });
    }
  });
});
