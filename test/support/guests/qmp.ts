/** QEMU's monitor, for what a guest cannot do to itself (docs/interop/qmp-spec.txt of QEMU). */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import * as v from 'valibot';

export interface Monitor {
  /** Rejects with QEMU's words where it refuses. */
  execute(command: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): void;
}

const message = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.object({ id: v.number(), return: v.unknown() }),
    v.object({ id: v.number(), error: v.object({ desc: v.string() }) }),
    // The greeting, and events.
    v.pipe(
      v.looseObject({}),
      v.transform(() => undefined),
    ),
  ]),
);

/** Listens on a UNIX socket; `connected` is the monitor of the QEMU that was told to connect to it. */
export async function listenForMonitor(path: string): Promise<{ readonly connected: Promise<Monitor> }> {
  const server = createServer();
  const connection = once(server, 'connection');
  server.listen(path);
  await once(server, 'listening');
  const connected = connection.then(([socket]: Socket[]) => {
    server.close();
    if (socket === undefined) throw new Error('no connection');
    return createMonitor(socket);
  });
  return { connected };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

async function createMonitor(socket: Socket): Promise<Monitor> {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const giveUp = (): void => {
    for (const asked of waiting.values()) asked.reject(new Error('QEMU has ended'));
    waiting.clear();
  };
  socket.on('error', giveUp).on('close', giveUp);
  createInterface({ input: socket }).on('line', (line) => {
    const answer = v.parse(message, line);
    if (answer === undefined) return;
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asked?.reject(new Error(`QEMU: ${answer.error.desc}`));
    else asked?.resolve(answer.return);
  });
  const execute = (command: string, parameters = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.write(`${JSON.stringify({ execute: command, arguments: parameters, id: last })}\n`);
    });
  await execute('qmp_capabilities');
  return { execute, close: () => socket.destroy() };
}
