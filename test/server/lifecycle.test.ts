import { expect, it } from 'vitest';
import { CancellationTokenSource, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { LspClient } from '#support/lsp-client';
import { bundled } from './session';

const openProgram = 'SEC("tp/syscalls/sys_enter_open")\nint f(void *ctx) { return 0; }\n';
const uri = 'file:///a.bpf.c';

async function run(
  options: Parameters<typeof LspClient.start>[0],
  use: (client: LspClient) => Promise<void>,
): Promise<LspClient> {
  const client = await LspClient.start(options);
  try {
    await use(client);
  } finally {
    expect(await client.stop()).toBe(0);
  }
  expect(client.stderr).toBe('');
  return client;
}

it('says who it is and what it can do', async () => {
  const client = await run({ initializationOptions: bundled() }, () => Promise.resolve());
  expect(client.initialized?.serverInfo?.name).toBe('ebpf-workbench');
  expect(client.initialized?.capabilities).toMatchObject({
    positionEncoding: 'utf-16',
    textDocumentSync: { openClose: true, change: 2 },
    hoverProvider: true,
    definitionProvider: true,
    documentSymbolProvider: true,
    inlayHintProvider: true,
    completionProvider: { resolveProvider: true },
  });
});

it('tells the state of the kernel: loading, then ready with what it is', async () => {
  const client = await run({ initializationOptions: bundled('6.1-debian-arm64') }, async (client) => {
    await client.until(() => client.kernelStates.some(({ state }) => state === 'ready'));
  });
  expect(client.kernelStates.slice(0, 2)).toMatchObject([
    { state: 'loading', source: 'bundled kernel 6.1-debian-arm64' },
    {
      state: 'ready',
      id: '6.1-debian-arm64',
      machine: 'aarch64',
      source: 'bundled',
      events: 1266,
      chosen: true,
    },
  ]);
});

it('changes the kernel at run time, and judges open documents anew', async () => {
  await run({ initializationOptions: bundled() }, async (client) => {
    await client.open(uri, openProgram);
    expect(await client.diagnostics(uri)).toEqual([]);
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { ebpf: bundled('6.1-debian-arm64') },
    });
    await client.until(() => client.published.at(-1)?.diagnostics.length === 1);
    expect(client.published).toHaveLength(2);
    expect(client.published.at(-1)?.diagnostics[0]).toMatchObject({ code: 'unknown-tracepoint' });
    expect(client.kernelStates.at(-1)).toMatchObject({ state: 'ready', machine: 'aarch64' });
    expect(client.refreshes).toBeGreaterThan(0);
  });
});

it('does not read a kernel again when other settings change', async () => {
  await run({ initializationOptions: bundled() }, async (client) => {
    await client.open(uri, openProgram);
    await client.diagnostics(uri);
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { ebpf: { ...bundled(), inlayHints: { enabled: false } } },
    });
    expect(
      await client.inlayHints(uri, { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } }),
    ).toEqual([]);
    expect(client.kernelStates.map(({ state }) => state)).toEqual(['loading', 'ready']);
  });
});

it('goes on with the defaults where options are wrong, and says which', async () => {
  const client = await run(
    { initializationOptions: { kernel: { kind: 'bundled', id: 7 }, alsoCheck: 'all' } },
    async (client) => {
      await client.open(uri, openProgram);
      await client.diagnostics(uri);
      await client.until(() => client.shown.length === 2);
    },
  );
  expect(client.shown[0]).toContain('ebpf.kernel.id');
  expect(client.shown[1]).toContain('ebpf.alsoCheck');
});

it.each([undefined, null, {}, [], 'x', 7])('takes %j for no options', async (initializationOptions) => {
  const client = await run({ initializationOptions }, async (client) => {
    await client.until(() => client.kernelStates.length > 0);
  });
  expect(client.shown).toEqual([]);
});

it('answers by another kernel where the chosen one cannot be read, and says why', async () => {
  const client = await run(
    { initializationOptions: { kernel: { kind: 'directory', path: '/nonexistent' } } },
    async (client) => {
      await client.open(uri, openProgram);
      await client.diagnostics(uri);
    },
  );
  const last = client.kernelStates.at(-1);
  expect(last).toMatchObject({ state: 'failed', fallback: { release: expect.any(String) as string } });
  expect(last?.state === 'failed' && last.message).toContain('/nonexistent');
});

it('takes an unknown bundled kernel for a failure that names those there are', async () => {
  const client = await run({ initializationOptions: bundled('9.9') }, async (client) => {
    await client.until(() => client.kernelStates.length === 2);
  });
  const last = client.kernelStates.at(-1);
  expect(last?.state === 'failed' && last.message).toContain('6.12-debian-amd64');
});

it('answers a cancelled request with RequestCancelled, at once', async () => {
  await run({ initializationOptions: bundled() }, async (client) => {
    await client.open(uri, openProgram);
    const source = new CancellationTokenSource();
    const params = { textDocument: { uri }, position: { line: 0, character: 10 } };
    // The kernel is still being read: the request waits, and the cancellation follows it on the same pipe.
    const answer = client.connection.sendRequest('textDocument/hover', params, source.token);
    source.cancel();
    await expect(answer).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(client.complaints).toEqual([]);
  });
});

it('answers ContentModified where the text changed under a request that waits', async () => {
  await run({ initializationOptions: bundled() }, async (client) => {
    await client.open(uri, openProgram);
    const params = { textDocument: { uri }, position: { line: 0, character: 10 } };
    const answer = client.connection.sendRequest('textDocument/hover', params);
    await client.change(uri, 2, '\n' + openProgram);
    await expect(answer).rejects.toBeInstanceOf(ResponseError);
    await expect(answer).rejects.toMatchObject({ code: LSPErrorCodes.ContentModified });
  });
});

it('watches headers where the client can', async () => {
  await run({ initializationOptions: bundled() }, async (client) => {
    await client.until(() => client.registrations.length > 0);
    expect(JSON.stringify(client.registrations[0])).toContain('**/*.h');
  });
});
