/** What of the machine only one test at a time can use, though files of tests run side by side. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Waits until no other process has it; it is this test's until the test ends, or its process does. */
export async function alone(what: 'trace_pipe'): Promise<void> {
  // An abstract socket: the kernel gives the name to one process, and takes it back from one that dies.
  const path = `\0ebpf-workbench-test-${what}`;
  for (;;) {
    const server = await listen(path);
    if (server !== undefined) return;
    await closed(path);
  }
}

/** Undefined where another process has the name. */
async function listen(path: string): Promise<Server | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => waiting.add(socket.on('error', () => undefined)));
  server.listen(path);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  onTestFinished(() => {
    server.close();
    for (const socket of waiting) socket.destroy();
  });
  return server;
}

/** Until the process that has the name gives it back; at once where none has. */
export async function closed(path: string): Promise<void> {
  const socket = connect(path).on('error', () => undefined);
  await new Promise((resolve) => socket.on('close', resolve));
}
