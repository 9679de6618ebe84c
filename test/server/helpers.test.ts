import { expect, it } from 'vitest';
import type { MarkupContent } from 'vscode-languageserver';
import { LspClient, vscodeCapabilities } from '#support/lsp-client';
import { parseMarkers } from '#support/markers';
import { bundled, first, positionAt, useServer } from './session';

const session = useServer();

/** An open document, with the position of its cursor. */
async function open(client: LspClient, marked: string) {
  const { text, cursors } = parseMarkers(marked);
  const uri = session.uri();
  await client.open(uri, text);
  return { uri, text, position: positionAt(text, first(cursors)) };
}

const program = (body: string) => `/* 漢字 */ SEC("xdp")\nint f(struct xdp_md *ctx)\n{\n\t/* 😀 */ ${body}\n`;

it('shows what a helper is for', async () => {
  const { client } = session;
  const { uri, text, position } = await open(client, program('bpf_fib/*|*/_lookup(ctx, &p, 1, 0);\n}'));
  const found = await client.hover(uri, position);
  const { value } = found?.contents as MarkupContent;
  expect(value).toContain(
    'long bpf_fib_lookup(void *ctx, struct bpf_fib_lookup *params, int plen, __u32 flags);',
  );
  expect(value).toContain('- `BPF_FIB_LOOKUP_DIRECT`: Do a direct table lookup');
  const start = text.indexOf('bpf_fib_lookup');
  expect(found?.range).toEqual({
    start: positionAt(text, start),
    end: positionAt(text, start + 'bpf_fib_lookup'.length),
  });
});

it('follows the arguments of a call that is being written', async () => {
  const { client } = session;
  expect(client.initialized?.capabilities.signatureHelpProvider).toEqual({ triggerCharacters: ['(', ','] });
  const { uri, position } = await open(client, program('bpf_map_update_elem(&m/*|*/'));
  let version = 1;
  let end = position;
  const active: (number | null | undefined)[] = [];
  for (const typed of [', &k', ', f(1, 2)', ', BPF_ANY', ')']) {
    const help = await client.signatureHelp(uri, end);
    active.push(help?.activeParameter);
    await client.change(uri, ++version, typed, { start: end, end });
    end = { ...end, character: end.character + typed.length };
  }
  expect(active).toEqual([0, 1, 2, 3]);
  expect(await client.signatureHelp(uri, end)).toBeNull();
});

it('gives parameters as their place in the signature, or as their text to clients that take no place', async () => {
  const { uri, position } = await open(session.client, program('bpf_redirect(/*|*/'));
  const label = 'long bpf_redirect(__u32 ifindex, __u64 flags)';
  const help = await session.client.signatureHelp(uri, position);
  const [signature] = help?.signatures ?? [];
  expect(signature?.label).toBe(label);
  const start = label.indexOf('__u64');
  expect(signature?.parameters?.[1]?.label).toEqual([start, start + '__u64 flags'.length]);
  expect((signature?.documentation as MarkupContent).value).toContain('Redirect the packet');

  const plain = await LspClient.start({
    initializationOptions: bundled(),
    capabilities: { ...vscodeCapabilities, textDocument: {} },
  });
  const there = await open(plain, program('bpf_redirect(/*|*/'));
  const answer = await plain.signatureHelp(there.uri, there.position);
  expect(answer?.signatures[0]?.parameters?.map((parameter) => parameter.label)).toEqual([
    '__u32 ifindex',
    '__u64 flags',
  ]);
  expect(await plain.stop()).toBe(0);
});

it('completes helpers, with documentation when it is asked for', async () => {
  const { client } = session;
  const { uri, position } = await open(client, program('bpf_ringbuf_q/*|*/\n\treturn 0;\n}'));
  const { items, isIncomplete } = await client.completion(uri, position);
  expect(isIncomplete).toBe(true);
  expect(items.map(({ label }) => label)).toEqual(['bpf_ringbuf_query']);
  expect(items[0]).not.toHaveProperty('documentation');
  const resolved = await client.resolve(first(items));
  expect((resolved.documentation as MarkupContent).value).toContain('Query various characteristics');
});
