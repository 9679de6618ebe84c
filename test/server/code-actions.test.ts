/** Code actions that are no fixes: the handler of a section that has none. */
import { describe, expect, it } from 'vitest';
import { parseMarkers } from '#support/markers';
import { vscodeCapabilities } from '#support/lsp-client';
import { bundled, positionAt, useServer, type ServerSession } from './session';

const initializationOptions = bundled();
const experimental = { commands: { commands: ['ebpf.generateHandler'] } };
const able = useServer({ initializationOptions, capabilities: { ...vscodeCapabilities, experimental } });
const unable = useServer({ initializationOptions });

/** The commands that are offered at the cursor. */
async function offered(session: ServerSession, marked: string) {
  const { text, cursors } = parseMarkers(marked);
  const { client } = session;
  const document = session.uri();
  await client.open(document, text);
  const cursor = positionAt(text, cursors[0] ?? 0);
  const actions = await client.codeActions(document, { start: cursor, end: cursor });
  return actions.flatMap(({ command }) => (command ? [[command.command, command.arguments]] : []));
}

describe('the handler of a SEC line', () => {
  const lonely = '#define SEC(x)\n\nSEC("tp/syscalls/sys_/*|*/enter_openat")\n';
  const command = ['ebpf.generateHandler', [{ category: 'syscalls', name: 'sys_enter_openat' }]];

  it('is offered where no function follows', async () => {
    expect(await offered(able, lonely)).toEqual([command]);
  });

  it.each([
    ['where there is one', `${lonely}int f(void *ctx) { return 0; }\n`],
    ['on another line', 'int x/*|*/;\n\nSEC("tp/syscalls/sys_enter_openat")\n'],
    ['for an event that the kernel does not have', 'SEC("tp/sched/sched_/*|*/swich")\n'],
    ['for what is no tracepoint', 'SEC("kprobe/do_/*|*/exit")\n'],
  ])('is not offered %s', async (_, text) => {
    expect(await offered(able, text)).toEqual([]);
  });

  it('is not offered to a client that does not know the command', async () => {
    expect(await offered(unable, lonely)).toEqual([]);
  });
});
