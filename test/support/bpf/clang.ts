/** clang for tests that compile many small programs: most of what it takes for one of these is to be started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { compilerEnvironment } from '#runner/build/compiler-environment';
import { mustRun, runTool, type Finished } from '#support/process';
import { cached } from './cache';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The socket of a clang that stands ready, in tiers that have one. */
    clang?: string;
  }
}

/** Starts it for a tier, once: clang/server.c. The function that it gives ends it. */
export async function serveClang(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-clang-'));
  const socket = join(folder, 'socket');
  const child = spawn('clang', [socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...compilerEnvironment(process.env),
      LD_PRELOAD: await preload(),
      LD_BIND_NOW: '1',
    },
  });
  const exited = once(child, 'exit');
  const failed = exited.then(([code]) => {
    throw new Error(`clang did not stand ready, but ended with ${String(code)}`);
  });
  await Promise.race([once(child.stdout, 'data'), failed]);
  failed.catch(() => undefined);
  project.provide('clang', socket);
  return async () => {
    child.kill();
    await exited;
    await rm(folder, { recursive: true });
  };
}

/** As `runTool('clang', args)`, but what clang prints is all in `stderr`. */
export async function runClang(args: readonly string[]): Promise<Finished> {
  const path = inject('clang');
  if (path === undefined) return runTool('clang', args);
  const socket = connect(path);
  socket.end(args.map((arg) => `${arg}\0`).join(''));
  const answer = await buffer(socket);
  const end = answer.lastIndexOf(0);
  return {
    code: end < 0 ? null : Number(answer.toString('latin1', end + 1)),
    stdout: '',
    stderr: answer.toString('utf8', 0, end < 0 ? answer.length : end),
  };
}

async function preload(): Promise<string> {
  const source = fileURLToPath(new URL('clang/server.c', import.meta.url));
  return cached('clang-server.so', [await readFile(source)], async (path) => {
    await mustRun('cc', [
      '-std=gnu11',
      '-O2',
      '-Wall',
      '-Wextra',
      '-shared',
      '-fPIC',
      source,
      '-o',
      path,
      '-ldl',
    ]);
  });
}
