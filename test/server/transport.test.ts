import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  SocketMessageReader,
  SocketMessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { CompletionList, InitializeResult } from 'vscode-languageserver';
import { createServer as createLanguageServer } from '#server/lsp/server';
import { testAnalyzer } from '#support/analyzer';
import { bundledDir } from '#support/bundled';
import { builtServer } from '#support/lsp-client';
import { bundled } from './session';

async function initialize(connection: MessageConnection, id?: string): Promise<InitializeResult> {
  connection.listen();
  const answer = await connection.sendRequest<InitializeResult>('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {},
    initializationOptions: bundled(id),
  });
  await connection.sendNotification('initialized', {});
  return answer;
}

/** Says goodbye as a client should; the exit code of the server. */
async function end(connection: MessageConnection, child: ChildProcess): Promise<number | null> {
  const exited = once(child, 'exit');
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  await exited;
  connection.dispose();
  return child.exitCode;
}

it('talks over the IPC channel of Node, as VS Code does', async () => {
  const child = fork(builtServer, ['--node-ipc'], { silent: true });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  expect((await initialize(connection)).serverInfo?.name).toBe('ebpf-workbench');
  expect(await end(connection, child)).toBe(0);
});

it.each([['--socket=PORT'], ['--socket PORT']])('talks over a socket: %s', async (form) => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const child = spawn(process.execPath, [builtServer, ...form.replace('PORT', port).split(' ')], {
    stdio: 'ignore',
  });
  const [socket] = (await once(listener, 'connection')) as [Socket];
  const connection = createMessageConnection(
    new SocketMessageReader(socket),
    new SocketMessageWriter(socket),
  );
  expect((await initialize(connection)).serverInfo?.name).toBe('ebpf-workbench');
  expect(await end(connection, child)).toBe(0);
  listener.close();
});

it('says how it is started where no way to the client is named', async () => {
  const child = spawn(process.execPath, [builtServer], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [[code], [said]] = (await Promise.all([once(child, 'close'), once(child.stderr, 'data')])) as [
    [number],
    [Buffer],
  ];
  expect(code).toBe(2);
  expect(said.toString()).toContain('--stdio');
});

it('ends with code 1 when the client goes without a word', async () => {
  const child = spawn(process.execPath, [builtServer, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const connection = createMessageConnection(child.stdout, child.stdin);
  await initialize(connection);
  const exited = once(child, 'exit');
  child.stdin.end();
  await exited;
  expect(child.exitCode).toBe(1);
});

it('lives twice in one process, each with its own kernel', async () => {
  const analyzer = testAnalyzer();
  const start = async (id: string) => {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const server = createMessageConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
    const host = { exit: (code: number) => void up.emit('ended', code), watch: () => undefined };
    const ended = once(up, 'ended');
    createLanguageServer(server, host, { analyzer: () => analyzer, places: { bundledDir } });
    server.listen();
    const client = createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
    await initialize(client, id);
    const uri = 'file:///same.bpf.c';
    const text = 'SEC("tp/sys_enter_chmod';
    await client.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'c', version: 1, text },
    });
    const position = { line: 0, character: text.length };
    const list = await client.sendRequest<CompletionList>('textDocument/completion', {
      textDocument: { uri },
      position,
    });
    await client.sendRequest('shutdown');
    await client.sendNotification('exit');
    expect(await ended).toEqual([0]);
    return list.items.map(({ label }) => label);
  };
  const [amd64, arm64] = await Promise.all([start('6.1-debian-amd64'), start('6.1-debian-arm64')]);
  // arm64 has no chmod(2).
  expect(amd64).toContain('syscalls/sys_enter_chmod');
  expect(arm64).not.toContain('syscalls/sys_enter_chmod');
});
