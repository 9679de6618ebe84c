/** A server for one test file's tests, on a bundled kernel; at the end it must have stopped well and complained about nothing. */
import { afterAll, beforeAll, expect } from 'vitest';
import { LspClient, type LspClientOptions } from '#support/lsp-client';

export const bundled = (id = '6.1-debian-amd64') => ({ kernel: { kind: 'bundled', id } });

export interface ServerSession {
  readonly client: LspClient;
  /** A URI that no other test of the file has. */
  uri(): string;
}

export function useServer(options: LspClientOptions = { initializationOptions: bundled() }): ServerSession {
  let client: LspClient | undefined;
  let documents = 0;
  beforeAll(async () => {
    client = await LspClient.start(options);
  });
  afterAll(async () => {
    expect(await client?.stop()).toBe(0);
    expect(client?.complaints).toEqual([]);
    expect(client?.stderr).toBe('');
  });
  return {
    get client() {
      if (client === undefined) throw new Error('the server has not started yet');
      return client;
    },
    uri: () => `file:///test/${documents++}.bpf.c`,
  };
}

/** Zero-based line and UTF-16 column of an offset. */
export function positionAt(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  return { line, character: offset - (before.lastIndexOf('\n') + 1) };
}

export function offsetAt(text: string, position: { line: number; character: number }): number {
  const lines = text.split('\n');
  return lines.slice(0, position.line).reduce((sum, line) => sum + line.length + 1, 0) + position.character;
}

/** The text after an edit of the protocol. */
export function edited(
  text: string,
  edits: readonly { range: { start: Position; end: Position }; newText: string }[],
): string {
  return edits
    .map(({ range, newText }) => ({
      start: offsetAt(text, range.start),
      end: offsetAt(text, range.end),
      newText,
    }))
    .sort((a, b) => b.start - a.start)
    .reduce((done, { start, end, newText }) => done.slice(0, start) + newText + done.slice(end), text);
}

/** For lists that a test knows not to be empty. */
export function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('there is none');
  return item;
}

interface Position {
  readonly line: number;
  readonly character: number;
}
