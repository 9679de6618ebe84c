/** `ebpf/compiledObject` over the protocol, and `check --object`: the object of test/unit/object/fixtures beside its source. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compiledObjectRequest } from '#core/messages/compiled-object';
import { runTool } from '#support/process';
import { bundled, useServer } from './session';

const fixtures = fileURLToPath(new URL('../unit/object/fixtures/', import.meta.url));
const [source, object] = await Promise.all([
  readFile(join(fixtures, 'members.bpf.c'), 'utf8'),
  readFile(join(fixtures, 'members.o')),
]);

describe('the server', () => {
  const session = useServer({
    initializationOptions: {
      ...bundled('6.12-debian-amd64'),
      alsoCheck: [{ kind: 'bundled', id: '5.10-debian-amd64' }],
    },
  });
  let documents = 0;
  const take = (params: object) =>
    session.client.connection.sendRequest(compiledObjectRequest.method, params);
  /** Of the newest diagnostics, whatever their version. */
  const codes = (uri: string) =>
    session.client.published.findLast((one) => one.uri === uri)?.diagnostics.map(({ code }) => code) ?? [];

  async function open(): Promise<string> {
    const uri = pathToFileURL(`/test/${documents++}/members.bpf.c`).href;
    await session.client.open(uri, source);
    await session.client.diagnostics(uri);
    return uri;
  }

  it('judges what was compiled for as long as the document is that text', async () => {
    const { client } = session;
    const uri = await open();
    expect(codes(uri)).toEqual(['unknown-field']);
    expect(await take({ uri, text: source, object: object.toString('base64') })).toBe(true);
    await client.until(() => codes(uri).length > 1);
    const withObject = ['core-relocation', 'unknown-field', 'core-relocation'];
    expect(codes(uri)).toEqual(withObject);

    await client.change(uri, 2, source.replace('== 7', '== 8'));
    expect((await client.diagnostics(uri, 2)).map(({ code }) => code)).toEqual(['unknown-field']);
    await client.change(uri, 3, source);
    expect((await client.diagnostics(uri, 3)).map(({ code }) => code)).toEqual(withObject);
  });

  it('takes nothing that is of another text, of no document, or no object', async () => {
    const uri = await open();
    const base64 = object.toString('base64');
    expect(await take({ uri, text: `${source}\n`, object: base64 })).toBe(false);
    expect(await take({ uri: 'file:///nowhere.bpf.c', text: source, object: base64 })).toBe(false);
    expect(await take({ uri, text: source, object: Buffer.from('no object').toString('base64') })).toBe(
      false,
    );
    await expect(take({ uri, text: source, object: 'not base64' })).rejects.toThrow('base64');
  });
});

describe('check --object', () => {
  const made = join(fixtures, 'members.o');
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

  async function check(text: string, ...args: readonly string[]) {
    const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'members.bpf.c');
    await writeFile(path, text);
    const argv = [cli, 'check', path, '--kernel', '5.10-debian-amd64', ...args];
    return runTool(process.execPath, argv);
  }

  it('finds what the server finds', async () => {
    const { code, stdout, stderr } = await check(source, '--object', made);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout.match(/\[core-relocation\]/g)).toHaveLength(2);
  });

  it('checks the source alone where the object is of another, and is not fine', async () => {
    const { code, stdout, stderr } = await check(source.replace('task, mm', 'task,mm'), '--object', made);
    expect(stdout).not.toContain('core-relocation');
    expect(stderr).toContain('members.o was not made of members.bpf.c as it is now');
    expect(code).toBe(1);
  });

  it('wants one file, and an object that is there', async () => {
    expect((await check(source, '--object', 'none.o')).code).toBe(3);
    expect((await check(source, join(fixtures, 'members.bpf.c'), '--object', made)).code).toBe(2);
  });
});
