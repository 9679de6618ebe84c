import { expect, it } from 'vitest';
import type { MarkupContent, Position } from 'vscode-languageserver';
import { parseMarkers } from '#support/markers';
import { edited, positionAt, useServer } from './session';

const session = useServer();

const source = `/* 😀 漢字 */ SEC("tp/syscalls/sys_/*|*/enter_openat")
int f(struct trace_event_raw_sys_enter *ctx)
{
	/* 🐝 */ long x = ctx->ar/*|*/gs[1]; /* 漢 */ long y = BPF_CORE_READ(ctx, args[0]);
	return x + y;
}
`;

/** An open document, with its cursors as positions. */
async function open(marked: string) {
  const { text, cursors } = parseMarkers(marked);
  const uri = session.uri();
  await session.client.open(uri, text);
  return { uri, text, positions: cursors.map((cursor) => positionAt(text, cursor)) };
}

it.each([
  ['LF', source],
  ['CRLF', source.replaceAll('\n', '\r\n')],
])('hover, hints, definition and symbols stand where the source says, with %s', async (_, marked) => {
  const { client } = session;
  const { uri, text, positions } = await open(marked);
  const [section, argument] = positions as [Position, Position];

  const event = await client.hover(uri, section);
  expect((event?.contents as MarkupContent).value).toContain(
    'int handler(struct trace_event_raw_sys_enter *ctx)',
  );
  const start = text.indexOf('tp/');
  expect(event?.range).toEqual({
    start: positionAt(text, start),
    end: positionAt(text, start + 'tp/syscalls/sys_enter_openat'.length),
  });

  const field = await client.hover(uri, argument);
  expect((field?.contents as MarkupContent).value).toContain('const char *filename');
  const use = text.indexOf('ctx->args[1]');
  expect(field?.range).toEqual({
    start: positionAt(text, use),
    end: positionAt(text, use + 'ctx->args[1]'.length),
  });

  const hints = await client.inlayHints(uri, {
    start: { line: 0, character: 0 },
    end: { line: 99, character: 0 },
  });
  expect(hints.map(({ label, position }) => [label, position])).toEqual([
    ['filename', positionAt(text, use + 'ctx->args[1]'.length)],
    ['dfd', positionAt(text, text.indexOf('args[0]') + 'args[0]'.length)],
  ]);

  const definitions = await client.definition(uri, section);
  expect(definitions).toMatchObject([
    { targetUri: 'ebpf-format:/events/syscalls/sys_enter_openat/format', originSelectionRange: event?.range },
  ]);

  const symbols = await client.symbols(uri);
  expect(symbols).toMatchObject([{ name: 'f', detail: 'tp/syscalls/sys_enter_openat' }]);
});

it('follows edits that are not saved', async () => {
  const { client } = session;
  const { uri, text } = await open(source);
  const at = positionAt(text, text.indexOf('args[1]') + 'args['.length);
  await client.change(uri, 2, '2', { start: at, end: { ...at, character: at.character + 1 } });
  const hover = await client.hover(uri, at);
  expect((hover?.contents as MarkupContent).value).toContain('int flags');
  const range = { start: at, end: { ...at, character: at.character + 1 } };
  expect(edited(text, [{ range, newText: '2' }])).toContain('ctx->args[2]');
});

it('answers null for a document that is not open', async () => {
  expect(await session.client.hover('file:///nowhere.bpf.c', { line: 0, character: 0 })).toBeNull();
});
