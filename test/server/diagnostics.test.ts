import { expect, it } from 'vitest';
import { LspClient } from '#support/lsp-client';
import { bundled, edited, first, positionAt, useServer } from './session';

const session = useServer();

const wrong = `SEC("tp/syscalls/sys_enter_openat")
int f(struct trace_event_raw_sys_exit *ctx)
{
	return ctx->ret;
}
`;

it('publishes what is wrong once for each version, and never an empty list before it', async () => {
  const { client } = session;
  const uri = session.uri();
  await client.open(uri, wrong);
  const [finding] = await client.diagnostics(uri);
  expect(finding).toMatchObject({ source: 'ebpf', code: 'ctx-type' });
  expect(finding?.codeDescription?.href).toMatch(/docs\/diagnostics\/ctx-type\.md$/);
  // An answer that comes later proves that nothing else was on its way.
  await client.symbols(uri);
  expect(client.published.filter((params) => params.uri === uri)).toHaveLength(1);
});

it('offers the fix with the diagnostic, and the fixed text has none', async () => {
  const { client } = session;
  const uri = session.uri();
  await client.open(uri, wrong);
  const finding = first(await client.diagnostics(uri));
  const [action] = await client.codeActions(uri, finding.range, [finding]);
  expect(action).toMatchObject({ kind: 'quickfix', isPreferred: true });
  expect(action?.diagnostics).toEqual([finding]);
  const fixed = edited(wrong, action?.edit?.changes?.[uri] ?? []);
  expect(fixed).toContain('struct trace_event_raw_sys_enter *ctx');
  await client.change(uri, 2, fixed.replace('ctx->ret', 'ctx->id'));
  expect(await client.diagnostics(uri, 2)).toEqual([]);
});

it('takes edits that come together as one', async () => {
  const { client } = session;
  const uri = session.uri();
  await client.open(uri, 'int a;\n');
  await client.diagnostics(uri);
  const end = { line: 0, character: 0 };
  const edits: Promise<void>[] = [];
  for (let version = 2; version <= 40; version++)
    edits.push(client.change(uri, version, ' ', { start: end, end }));
  edits.push(client.change(uri, 41, wrong));
  await Promise.all(edits);
  expect((await client.diagnostics(uri, 41)).map(({ code }) => code)).toEqual(['ctx-type']);
  expect(client.published.filter((params) => params.uri === uri).length).toBeLessThan(30);
});

it('takes back what it said about a document that is closed', async () => {
  const { client } = session;
  const uri = session.uri();
  await client.open(uri, wrong);
  await client.diagnostics(uri);
  await client.close(uri);
  await client.until(
    () => client.published.findLast((params) => params.uri === uri)?.diagnostics.length === 0,
  );
});

it('stands where it belongs behind emoji, CJK and CRLF', async () => {
  const { client } = session;
  const uri = session.uri();
  const text =
    '/* 😀 漢字 */ SEC("tp/syscalls/sys_enter_nope")\r\nint f(void *ctx)\r\n{\r\n\treturn 0;\r\n}\r\n';
  await client.open(uri, text);
  const [finding] = await client.diagnostics(uri);
  expect(finding?.code).toBe('unknown-tracepoint');
  const section = 'tp/syscalls/sys_enter_nope';
  const start = text.indexOf(section);
  expect(finding?.range).toEqual({
    start: positionAt(text, start),
    end: positionAt(text, start + section.length),
  });
});

it('says where else an event exists', async () => {
  const client = await LspClient.start({ initializationOptions: bundled('6.1-debian-arm64') });
  const uri = session.uri();
  // arm64 has no open(2).
  await client.open(uri, 'SEC("tp/syscalls/sys_enter_open")\nint f(void *ctx) { return 0; }\n');
  const [finding] = await client.diagnostics(uri);
  expect(finding).toMatchObject({ code: 'unknown-tracepoint', severity: 1 });
  expect(finding?.message).toContain('x86_64');
  await client.stop();
});

it('goes on without a kernel of alsoCheck that cannot be read, and says so', async () => {
  const client = await LspClient.start({
    initializationOptions: { ...bundled(), alsoCheck: [{ kind: 'directory', path: '/nonexistent' }] },
  });
  const uri = session.uri();
  await client.open(uri, wrong);
  expect((await client.diagnostics(uri)).map(({ code }) => code)).toEqual(['ctx-type']);
  expect(client.shown).toHaveLength(1);
  expect(client.shown[0]).toContain('/nonexistent');
  await client.stop();
});
