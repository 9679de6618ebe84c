/** `alsoCheck` over the protocol, and `check --also`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compareDocumentUri, documentRequest } from '#core/messages/document';
import { runTool } from '#support/process';
import { bundled, edited, first, positionAt, useServer } from './session';

/** open(2) is not on arm64; kmalloc's struct and its `node` came after 5.10. */
const source = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";

SEC("tp/syscalls/sys_enter_open")
int opened(struct trace_event_raw_sys_enter *ctx)
{
	return ctx->args[1];
}

SEC("tp/kmem/kmalloc")
int allocated(struct trace_event_raw_kmalloc *ctx)
{
	return ctx->node;
}

SEC("tp/sched/sched_switch")
int switched(struct trace_event_raw_sched_switch *ctx)
{
	return ctx->next_pid;
}
`;
const others = ['5.10-debian-amd64', '6.1-debian-arm64'];

describe('the server', () => {
  const session = useServer({
    initializationOptions: {
      ...bundled('6.12-debian-amd64'),
      alsoCheck: others.map((id) => ({ kind: 'bundled', id })),
    },
  });
  const at = (text: string) => positionAt(source, source.indexOf(text) + text.length);

  async function open(): Promise<string> {
    const uri = session.uri();
    await session.client.open(uri, source);
    return uri;
  }

  it('warns of what a kernel of alsoCheck lacks, and names it', async () => {
    const found = await session.client.diagnostics(await open());
    expect(found.map(({ code, severity }) => [code, severity])).toEqual([
      ['unknown-tracepoint', 2],
      ['ctx-type', 2],
    ]);
    expect(found[0]?.message).toMatch(
      /^On 6\.1-debian-arm64: The kernel has no event syscalls:sys_enter_open/,
    );
    expect(found[1]?.message).toMatch(
      /^On 5\.10-debian-amd64: This kernel has no struct trace_event_raw_kmalloc/,
    );
  });

  it('offers what is right on all of them, after which nothing is left to say', async () => {
    const { client } = session;
    const uri = await open();
    let text = source;
    for (let version = 2; version < 4; version++) {
      const finding = first(await client.diagnostics(uri, version - 1));
      const action = first(await client.codeActions(uri, finding.range, [finding]));
      text = edited(text, action.edit?.changes?.[uri] ?? []);
      await client.change(uri, version, text);
    }
    expect(await client.diagnostics(uri, 3)).toEqual([]);
    expect(text).toContain('SEC("?tp/syscalls/sys_enter_open")');
    expect(text).toContain('return bpf_core_field_exists(ctx->node) ? ctx->node : 0;');
  });

  it('says so on hover and in completion', async () => {
    const { client } = session;
    const uri = await open();
    const hover = JSON.stringify(await client.hover(uri, at('ctx->no')));
    expect(hover).toContain('Not on 5.10-debian-amd64.');
    expect(JSON.stringify(await client.hover(uri, at('sys_enter_op')))).toContain('Not on 6.1-debian-arm64.');
    const { items } = await client.completion(uri, at('sys_enter_open'));
    expect(items.find(({ label }) => label === 'syscalls/sys_enter_open')?.labelDetails?.description).toBe(
      'tracepoint, not on 6.1-debian-arm64',
    );
  });

  it('shows an event side by side', async () => {
    const uri = compareDocumentUri('kmem', 'kmalloc');
    const answer = await session.client.connection.sendRequest<{ text: string }>(documentRequest.method, {
      uri,
    });
    for (const id of ['6.12-debian-amd64', ...others]) expect(answer.text).toContain(id);
    expect(answer.text).toMatch(/^\* +node /m);
    const unknown = { uri: compareDocumentUri('kmem', 'nope') };
    expect(await session.client.connection.sendRequest(documentRequest.method, unknown)).toBeNull();
  });
});

describe('check --also', () => {
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

  async function check(...args: readonly string[]) {
    const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'program.bpf.c');
    await writeFile(path, source);
    return runTool(process.execPath, [cli, 'check', path, '--kernel', '6.12-debian-amd64', ...args]);
  }
  const also = others.flatMap((id) => ['--also', id]);

  it('finds what the server finds', async () => {
    const { code, stdout } = await check(...also);
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning: On 6\.1-debian-arm64: .* \[unknown-tracepoint\]/);
    expect(stdout).toMatch(/warning: On 5\.10-debian-amd64: .* \[ctx-type\]/);
    expect(stdout).toMatch(/0 errors, 2 warnings in 1 file\n$/);
    expect((await check()).stdout).toMatch(/^0 errors, 0 warnings/);
  });

  it('names the kernels in JSON and SARIF', async () => {
    const json = JSON.parse((await check(...also, '--format', 'json')).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({
      kernel: { location: '6.12-debian-amd64' },
      kernels: [{ label: '6.12-debian-amd64' }, { label: others[0] }, { label: others[1] }],
      findings: [{ kernels: ['6.1-debian-arm64'] }, { kernels: ['5.10-debian-amd64'] }],
    });
    const sarif = JSON.parse((await check(...also, '--format', 'sarif')).stdout) as Record<string, unknown>;
    expect(sarif).toMatchObject({
      runs: [{ results: [{ properties: { kernels: ['6.1-debian-arm64'] } }, { level: 'warning' }] }],
    });
  });

  it('goes on without a kernel that cannot be read, says so, and is not fine', async () => {
    const { code, stdout, stderr } = await check('--also', './nowhere', ...also, '--format', 'json');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^ebpf-workbench check: \.\/nowhere is not checked: .*nowhere does not exist/);
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [expect.stringContaining('./nowhere')],
      findings: [{ code: 'unknown-tracepoint' }, { code: 'ctx-type' }],
    });
  });
});
