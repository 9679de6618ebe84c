import { expect, it } from 'vitest';
import type { CompletionItem } from 'vscode-languageserver';
import { LspClient, vscodeCapabilities } from '#support/lsp-client';
import { bundled, edited, first, positionAt, useServer } from './session';

const session = useServer();

const program = (section: string) =>
  `#include "vmlinux.h"\n\n${section}\nint f(struct trace_event_raw_sys_enter *ctx)\n{\n\treturn 0;\n}\n`;

function editOf(item: CompletionItem | undefined) {
  if (item?.textEdit === undefined || !('range' in item.textEdit)) throw new Error('no edit');
  return item.textEdit;
}

it('answers at every keystroke of a SEC line, in a file that goes on below it', async () => {
  const { client } = session;
  const uri = session.uri();
  const below = '\nint f(void *ctx)\n{\n\treturn 0;\n}\n';
  await client.open(uri, below);
  const typed = 'SEC("tp/fchmodat';
  let version = 1;
  let last: CompletionItem[] = [];
  for (let n = 0; n < typed.length; n++) {
    const at = { line: 0, character: n };
    await client.change(uri, ++version, typed.charAt(n), { start: at, end: at });
    const list = await client.completion(uri, { line: 0, character: n + 1 });
    if (n < 'SEC("'.length - 1) continue;
    expect(list.items.length, typed.slice(0, n + 1)).toBeGreaterThan(0);
    expect(list.isIncomplete).toBe(true);
    last = list.items;
  }
  expect(last[0]?.label).toBe('syscalls/sys_enter_fchmodat');
  expect(edited(typed + below, [editOf(last[0])])).toBe(`SEC("tp/syscalls/sys_enter_fchmodat")${below}`);
});

it('lets the client filter by what is typed and sort by our rank', async () => {
  const { client } = session;
  const uri = session.uri();
  const text = program('SEC("tp/openat")');
  await client.open(uri, text);
  const { items } = await client.completion(uri, positionAt(text, text.indexOf('openat"') + 6));
  expect(items.map(({ filterText }) => filterText)).toEqual(items.map(() => 'tp/openat'));
  const sorted = items.map(({ sortText }) => sortText ?? '');
  expect(sorted).toEqual(sorted.toSorted());
  expect(new Set(sorted).size).toBe(items.length);
});

it('documents an event when the item is looked at', async () => {
  const { client } = session;
  const uri = session.uri();
  const text = program('SEC("tp/syscalls/sys_enter_openat")');
  await client.open(uri, text);
  const { items } = await client.completion(uri, positionAt(text, text.indexOf('openat"') + 6));
  expect(items[0]?.documentation).toBeUndefined();
  const resolved = await client.resolve(first(items));
  expect(resolved.documentation).toMatchObject({ kind: 'markdown' });
  const { value } = resolved.documentation as { value: string };
  for (const piece of [
    'struct trace_event_raw_sys_enter *ctx',
    '`ctx->args[1]`',
    'const char *filename',
    '6.1.',
  ])
    expect(value).toContain(piece);
});

it('leaves an item alone that is not one of ours', async () => {
  const item = { label: 'x', data: { kind: 'event', category: 1 } };
  expect(await session.client.resolve(item)).toEqual(item);
});

it('opens again behind a category, where the client can do that', async () => {
  const text = program('SEC("tp/sche")');
  const at = positionAt(text, text.indexOf('sche"') + 4);
  const uri = session.uri();
  await session.client.open(uri, text);
  const [category] = (await session.client.completion(uri, at)).items;
  expect(category).toMatchObject({ label: 'sched/', command: { command: 'editor.action.triggerSuggest' } });

  const plain = await LspClient.start({
    initializationOptions: bundled(),
    capabilities: { ...vscodeCapabilities, experimental: undefined },
  });
  await plain.open(uri, text);
  const [other] = (await plain.completion(uri, at)).items;
  expect(other?.label).toBe('sched/');
  expect(other?.command).toBeUndefined();
  await plain.stop();
});

it('offers no snippet to a client that takes none', async () => {
  const text = 'SEC("xdp")\n';
  const uri = session.uri();
  await session.client.open(uri, text);
  expect((await session.client.completion(uri, { line: 1, character: 0 })).items).toHaveLength(1);

  const plain = await LspClient.start({ initializationOptions: bundled(), capabilities: {} });
  await plain.open(uri, text);
  expect((await plain.completion(uri, { line: 1, character: 0 })).items).toHaveLength(0);
  await plain.stop();
});

it('counts columns in UTF-16 units, behind emoji and CJK', async () => {
  const { client } = session;
  const uri = session.uri();
  const text = '/* 😀🐝 漢字 */ SEC("tp/sched_switch';
  await client.open(uri, text);
  const { items } = await client.completion(uri, { line: 0, character: text.length });
  expect(edited(text, [editOf(items[0])])).toBe('/* 😀🐝 漢字 */ SEC("tp/sched/sched_switch")');
});
