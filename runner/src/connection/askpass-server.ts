/** Our end of SSH_ASKPASS: for the one ssh that knows the token. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { AskpassQuestion, askpassVariables, maxAskpassLine, socketPath } from './askpass-protocol';
import type { AskpassAnswer } from './askpass-protocol';

/** The answer to a question; undefined for none. `signal` aborts when ssh does not wait for it any more. */
export type Answer = (
  question: { readonly prompt: string; readonly hint: string | undefined },
  signal: AbortSignal,
) => Promise<string | undefined>;

export interface AskpassServer {
  /** What ssh must have in its environment. */
  readonly env: NodeJS.ProcessEnv;
  close(): void;
}

export async function startAskpassServer(program: string, answer: Answer): Promise<AskpassServer> {
  const token = randomBytes(32).toString('hex');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    serve(socket, token, answer);
  });
  server.maxConnections = 4;
  const address = privateAddress();
  await listening(server, socketPath(address.name));
  return {
    env: {
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: 'force',
      // Before OpenSSH 8.4, ssh asks so only where it believes that there is a display, and no terminal.
      DISPLAY: process.env['DISPLAY'] ?? ':0',
      [askpassVariables.socket]: address.name,
      [askpassVariables.token]: token,
      [askpassVariables.node]: process.execPath,
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      address.remove();
    },
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen({ path }, resolve);
  });
}

/** Linux has names that are no files: nothing remains of them, whatever happens to us. */
function privateAddress(): { name: string; remove(): void } {
  const name = `ebpf-workbench-${randomBytes(16).toString('hex')}`;
  if (process.platform === 'linux') return { name: `@${name}`, remove: () => undefined };
  if (process.platform === 'win32') return { name: String.raw`\\.\pipe\${name}`, remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'ebpf-'));
  return { name: join(folder, 's'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function serve(socket: Socket, token: string, answer: Answer): void {
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    const end = text.indexOf('\n');
    if (end < 0) {
      if (text.length > maxAskpassLine) socket.destroy();
      return;
    }
    socket.removeAllListeners('data');
    const question = readQuestion(text.slice(0, end), token);
    if (!question) return void socket.destroy();
    void answer({ prompt: question.prompt, hint: question.hint }, gone.signal)
      .catch(() => undefined)
      .then((secret) => {
        const reply: AskpassAnswer = { answer: secret ?? null };
        socket.end(JSON.stringify(reply));
      });
  });
}

function readQuestion(line: string, token: string): AskpassQuestion | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const result = v.safeParse(AskpassQuestion, value);
  if (!result.success) return undefined;
  const [theirs, ours] = [Buffer.from(result.output.token), Buffer.from(token)];
  return theirs.length === ours.length && timingSafeEqual(theirs, ours) ? result.output : undefined;
}
