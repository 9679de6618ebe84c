/** The agent as it ships and with sanitizers, and the program that provokes events; built on first use. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached } from '#support/bpf/cache';
import { mustRun } from '#support/process';

/** `plain`: static and optimised, as in dist/agent. `sanitized`: with AddressSanitizer and UBSan, which end it at once. */
export type AgentBuild = 'plain' | 'sanitized';

const flags: Readonly<Record<AgentBuild, readonly string[]>> = {
  plain: ['-O2', '-static'],
  sanitized: ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
};

export async function agentPath(build: AgentBuild): Promise<string> {
  const folder = fileURLToPath(new URL('../../../agent/', import.meta.url));
  const files = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name)).sort();
  const sources = files.filter((name) => name.endsWith('.c')).map((name) => join(folder, name));
  const contents = await Promise.all(files.map((name) => readFile(join(folder, name))));
  return cached('ebpf-agent', [build, ...contents], async (output) => {
    const warnings = ['-std=gnu11', '-Wall', '-Wextra', '-Werror'];
    const libraries = ['-lbpf', '-lelf', '-lz', '-lpthread'];
    await mustRun('cc', [...warnings, ...flags[build], ...sources, '-o', output, ...libraries]);
  });
}

/** Makes `count` system calls getpriority(magic, n), `perSecond` of them a second (0: as fast as it can). */
export async function provoke(magic: number, count: number, perSecond = 0): Promise<void> {
  const source = fileURLToPath(new URL('provoke.c', import.meta.url));
  const path = await cached('provoke', [await readFile(source)], async (output) => {
    await mustRun('cc', ['-O2', '-Wall', '-Wextra', source, '-o', output]);
  });
  await mustRun(path, [String(magic), String(count), String(perSecond)]);
}
