/**
 * The program, compiled by the host's clang: for machines without one. The source goes there with what it includes by
 * a quoted name from its own folder, and the host's own vmlinux.h where it has none; nothing of it stays.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import type { AgentMessage, HostFacts } from '#core/agent/protocol';
import { AgentMessage as AgentMessageSchema } from '#core/agent/protocol';
import { check } from '#core/messages/custom-message';
import type { AgentBinary, AgentStore } from '../agent/store';
import { RunFailure } from '../failure/failure';
import { quoteAll } from '../shell/quote';
import type { RemoteShell } from '../shell/remote-shell';
import type { Builder } from './builder';
import { clangMissing, compilerArguments, readResult } from './clang';
import type { BuildResult } from './clang';
import type { HeaderCache, KernelHeader } from './header-cache';
import { checkObject } from './object';

export interface HostBuild {
  readonly shell: RemoteShell;
  readonly builder: Builder;
  readonly headers: HeaderCache;
  readonly agents: AgentStore;
}

const maxFiles = 200;

/** Before the agent is started: the host's shell does the work. */
export async function buildOnHost({ shell, builder, headers, agents }: HostBuild): Promise<BuildResult> {
  const { path, options } = builder;
  const { facts } = shell;
  if (!facts.has.has('clang')) throw clangMissing(options.clang ?? 'clang');
  const sources = await collectSources(path);
  const folders = new Set([...sources.keys()].map((name) => dirname(name)).filter((name) => name !== '.'));
  if (folders.size > 0) await shell.work(`mkdir -p ${quoteAll([...folders])}`);
  for (const [name, bytes] of sources) await shell.put(`work/${name}`, bytes);

  const compile = async (header: KernelHeader | undefined): Promise<BuildResult> => {
    if (header) await shell.put('work/vmlinux.h', await readFile(join(header.folder, 'vmlinux.h')));
    const argv = [
      'clang',
      ...compilerArguments(facts.machine, header),
      ...['-idirafter', `/usr/include/${facts.machine}-linux-gnu`],
      ...(options.flags ?? []),
      ...['-c', `./${basename(path)}`, '-o', '-'],
    ];
    const { code, out, err } = await shell.work(quoteAll(argv));
    const result = readResult({ code, object: out, words: err, cwd: dirname(path), header });
    if (result.kind === 'built') checkObject(result.object, facts.machine, basename(path));
    return result;
  };

  const first = await compile(await headers.find(facts));
  return first.kind === 'needs-header' ? compile(await headerOfHost(shell, headers, agents)) : first;
}

/** The file, and what it includes from its folder and those below, by name from there. */
async function collectSources(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const root = dirname(path);
  const found = new Map<string, Uint8Array>();
  const wanted = [basename(path)];
  for (let name = wanted.pop(); name !== undefined && found.size < maxFiles; name = wanted.pop()) {
    const bytes = await readFile(join(root, name)).catch(() => undefined);
    if (!bytes) continue;
    found.set(name, bytes);
    for (const [, included = ''] of bytes.toString('latin1').matchAll(/^\s*#\s*include\s*"([^"\n]+)"/gm)) {
      const other = normalize(join(dirname(name), included));
      if (!other.startsWith('..') && !found.has(other)) wanted.push(other);
    }
  }
  return found;
}

async function headerOfHost(
  shell: RemoteShell,
  headers: HeaderCache,
  agents: AgentStore,
): Promise<KernelHeader> {
  const binary = await agents.binary(shell.facts.machine);
  const output = binary ? await askAgent(shell, binary) : [];
  const facts = output.find((message): message is HostFacts => message.type === 'facts');
  const text = output.flatMap((message) =>
    message.type === 'chunk' ? [Buffer.from(message.data, 'base64')] : [],
  );
  if (facts?.btf && text.length > 0) return headers.keep(shell.facts, facts.btf.hash, Buffer.concat(text));
  const other = await headers.any(shell.facts.machine);
  if (other) return other;
  throw new RunFailure(
    'vmlinux-missing',
    'the program includes vmlinux.h, and the project has none',
    'Put one beside the program: bpftool btf dump file /sys/kernel/btf/vmlinux format c > vmlinux.h',
  );
}

async function askAgent(
  shell: RemoteShell,
  { bytes, packed }: AgentBinary,
): Promise<readonly AgentMessage[]> {
  await shell.put('agent', bytes, packed);
  // It ends with its stdin, whatever it has not said yet: that stays open until the last piece is there.
  const questions = 'echo facts; echo vmlinux; until [ -e done ]; do sleep 1; done';
  const answers = `sed '/"last":true/q;/"type":"error"/q'; : >done`;
  const { out } = await shell.work(`{ ${questions}; } | ../agent --heartbeat 0 | { ${answers}; }`);
  return out
    .toString()
    .split('\n')
    .flatMap((line) => {
      try {
        const checked = check(AgentMessageSchema, JSON.parse(line));
        return checked.ok ? [checked.value] : [];
      } catch {
        return [];
      }
    });
}
