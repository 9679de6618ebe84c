/** The examples do what they say: the good ones report the right events, each mistake ends as its comment says. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms, runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';

const example = (name: string) => readFile(new URL(`../../examples/${name}`, import.meta.url), 'utf8');
const text = (data: Buffer, start: number, length: number) =>
  data.toString('utf8', start, start + length).replace(/\0.*$/s, '');

describeUnless(requireKernel(), 'examples', () => {
  test('fchmodat.bpf.c reports who changes the mode of which file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'a.txt');
    await writeFile(file, '');
    const { path } = await compileBpf(await example('fchmodat.bpf.c'), { flags: ['-Wall', '-Werror'] });
    const { programs, records } = await runPrograms(path, {
      during: () => mustRun('chmod', ['600', file]),
    });
    expect(programs).toMatchObject([{ load: 'ok', attach: 'ok' }]);
    const event = records.map(({ data }) => data).find((data) => text(data, 28, 256) === file);
    expect(event?.readUInt32LE(4)).toBe(process.pid);
    expect(event?.readUInt32LE(8).toString(8)).toBe('600');
    expect(event && text(event, 12, 16)).toBe('chmod');
  });

  test('exec.bpf.c reports which programs are started', async () => {
    const { path } = await compileBpf(await example('exec.bpf.c'), { flags: ['-Wall', '-Werror'] });
    let pid = 0;
    const { programs, records } = await runPrograms(path, {
      during: () => {
        pid = spawnSync('/usr/bin/env', ['true']).pid;
        return Promise.resolve();
      },
    });
    expect(programs).toMatchObject([{ load: 'ok', attach: 'ok' }]);
    const files = records
      .filter(({ data }) => data.readUInt32LE(0) === pid)
      .map(({ data }) => text(data, 24, 256));
    expect(files[0]).toBe('/usr/bin/env');
    expect(files[1]).toMatch(/\/true$/);
  });

  test('each program of mistakes.bpf.c fails, or does not, as its comment says', async () => {
    const source = await example('mistakes.bpf.c');
    await expect(compileBpf(source)).rejects.toThrow("no member named 'next_pdi'");
    const misspelt = source.replace('next_pdi', 'next_pid');
    await expect(compileBpf(misspelt)).rejects.toThrow("no member named 'ium'");
    const { path } = await compileBpf(misspelt.replace('ns.ium', 'ns.inum'));
    const verdicts = await loadPrograms(path, { attach: true });
    const ends = verdicts.map(({ program, load, attach }) => [
      program,
      load === 'ok' ? `attach ${attach ?? 'not tried'}` : `load ${load}`,
    ]);
    expect(Object.fromEntries(ends)).toEqual({
      misspelt_section: 'load EINVAL',
      misspelt_event: 'attach ENOENT',
      struct_of_another_event: 'attach ok',
      struct_by_hand: 'attach ok',
      one_argument_too_many: 'attach EACCES',
      one_field_too_many: 'attach EACCES',
      common_field: 'load EACCES',
      location_for_string: 'attach ok',
      misspelt_field: 'attach ok',
      misspelt_member: 'attach ok',
      pointer_from_a_number: 'load EACCES',
    });
  });

  test('the Makefile builds the good ones', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const name of ['Makefile', 'fchmodat.bpf.c', 'exec.bpf.c'])
      await writeFile(join(folder, name), await example(name));
    await mustRun('make', ['-s', '-C', folder]);
    for (const name of ['fchmodat.bpf.o', 'exec.bpf.o']) {
      expect(await loadPrograms(join(folder, name), { attach: false })).toMatchObject([{ load: 'ok' }]);
    }
  });
});
