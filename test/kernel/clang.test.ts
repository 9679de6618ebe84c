/** The clang of these tests is forked from one that stands ready: it has to be the clang of everybody. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runClang } from '#support/bpf/clang';
import { requireKernel } from '#support/bpf/requirements';
import { runTool } from '#support/process';
import { describeUnless } from '#support/requirement';

const flags = ['-target', 'bpf', '-O2', '-g', '-Wall'];

describeUnless(requireKernel(), 'clang that stands ready', () => {
  test('compiles to the same bytes', async () => {
    const { input, output } = await sourceFile('int f(int *x) { return x[1] * 3; }\n');
    const alone = await runTool('clang', [...flags, '-c', input, '-o', output]);
    const bytes = await readFile(output);
    await rm(output);
    expect(inject('clang')).toBeDefined();
    expect(await runClang([...flags, '-c', input, '-o', output])).toEqual(alone);
    expect(await readFile(output)).toEqual(bytes);
  });

  test('says the same, and fails the same', async () => {
    const { input, output } = await sourceFile('int f(void) { int unused; return y; } // ünïcode\n');
    const args = [...flags, '-c', input, '-o', output];
    const alone = await runTool('clang', args);
    expect(alone.code).toBe(1);
    expect(alone.stderr).toContain("identifier 'y'");
    expect(await runClang(args)).toEqual(alone);
  });

  test('ends with the code of an exit from far below', async () => {
    const { input, output } = await sourceFile('int x;\n');
    const args = [...flags, '-c', input, '-o', output, '-mllvm', '-no-such-option'];
    const alone = await runTool('clang', args);
    expect(alone.code).toBe(1);
    expect(alone.stderr).toContain('no-such-option');
    expect(await runClang(args)).toEqual(alone);
  });
});

async function sourceFile(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const input = join(folder, 'program.c');
  await writeFile(input, text);
  return { input, output: join(folder, 'program.o') };
}
