import { describe, expect, it } from 'vitest';
import type { TextDocument } from 'vscode';
import type { GeneratedHandler } from '#core/messages/generate-handler';
import type { Answers } from '#client/wizard/answers';
import { Draft } from '#client/wizard/draft';
import type { LanguageServer } from '#client/language-server';

const answers: Answers = {
  events: [{ category: 'sched', name: 'sched_switch', fields: [] }],
  ...{ fields: {}, delivery: 'ringbuf', pair: false, process: [], filter: {}, loader: 'none' },
};

/** A server that answers for the version that the document has when it is asked, and a document that can be edited. */
function setUp() {
  const asked: unknown[] = [];
  const document = { version: 1, uri: { toString: () => 'file:///a.bpf.c' } };
  const request = (_: unknown, params: { uri?: string; baseName?: string }): Promise<GeneratedHandler> => {
    asked.push(params);
    const { uri, baseName = 'switch' } = params;
    const version = uri === undefined ? null : document.version;
    return Promise.resolve({ baseName, text: '', edits: [], version, functions: [], files: [], notes: [] });
  };
  const server = { request } as unknown as LanguageServer;
  return { asked, document, draft: new Draft(server, answers, document as unknown as TextDocument) };
}

const events = [{ category: 'sched', name: 'sched_switch' }];

describe('a draft', () => {
  it('is asked for once while the document stays the same', async () => {
    const { asked, draft } = setUp();
    expect(await draft.insertion()).toBe(await draft.insertion());
    expect(asked).toEqual([{ events, delivery: 'ringbuf', uri: 'file:///a.bpf.c' }]);
  });

  it('is asked for again when the document was edited', async () => {
    const { asked, document, draft } = setUp();
    expect((await draft.insertion()).version).toBe(1);
    document.version = 4;
    expect((await draft.insertion()).version).toBe(4);
    expect(asked).toHaveLength(2);
  });

  it('is given up where the document never stands still', async () => {
    const { document, draft } = setUp();
    Object.defineProperty(document, 'version', { get: () => Math.random() });
    await expect(draft.insertion()).rejects.toThrow('being edited');
  });

  it('of a new file is asked for once for each name', async () => {
    const { asked, draft } = setUp();
    expect((await draft.newFile()).baseName).toBe('switch');
    expect((await draft.newFile('mine')).baseName).toBe('mine');
    await draft.newFile('mine');
    expect(asked).toEqual([
      { events, delivery: 'ringbuf' },
      { events, delivery: 'ringbuf', baseName: 'mine' },
    ]);
  });
});
