/** The agents that come with this installation: `dist/agent`, made by scripts/build-agent.mjs. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { RunFailure } from '../failure/failure';

const Manifest = v.object({
  agents: v.record(
    v.string(),
    v.object({
      /** Relative to the manifest. */
      file: v.string(),
      /** The same by gzip. */
      packed: v.exactOptional(v.string()),
      sha256: v.string(),
    }),
  ),
  /** What it is compiled from, relative to the manifest. */
  sources: v.array(v.string()),
});

export interface AgentBinary {
  readonly bytes: Uint8Array;
  /** By gzip, where that is at hand. */
  readonly packed: Uint8Array | undefined;
}

export interface AgentStore {
  /** For `uname -m`; undefined where there is none. */
  binary(machine: string): Promise<AgentBinary | undefined>;
  /** The sources by name, to be compiled on the host. */
  sources(): Promise<ReadonlyMap<string, Uint8Array>>;
}

export function createAgentStore(folder: string): AgentStore {
  const manifest = readManifest(folder);
  // Whoever asks for an agent gets the failure.
  manifest.catch(() => undefined);
  return {
    async binary(machine) {
      const entry = (await manifest).agents[machine];
      if (!entry) return undefined;
      const [bytes, packed] = await Promise.all([
        readIfThere(join(folder, entry.file)),
        entry.packed === undefined ? undefined : readIfThere(join(folder, entry.packed)),
      ]);
      if (!bytes) return undefined;
      if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) throw damaged(entry.file);
      if (!isFor(bytes, machine)) throw wrongMachine(entry.file, machine);
      return { bytes, packed };
    },
    async sources() {
      const names = (await manifest).sources;
      return new Map(
        await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
      );
    },
  };
}

function readIfThere(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch(() => undefined);
}

async function readManifest(folder: string): Promise<v.InferOutput<typeof Manifest>> {
  try {
    return v.parse(Manifest, JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  } catch (error) {
    throw new RunFailure(
      'agent-missing',
      `this installation has no agents: ${error instanceof Error ? error.message : String(error)}`,
      'Build them with npm run build, or install the extension anew.',
    );
  }
}

/** ELF's numbers of machines. A shell takes a program of another machine for a script: it must not come to that. */
const machines: Readonly<Record<string, number>> = {
  x86_64: 62,
  aarch64: 183,
  riscv64: 243,
  s390x: 22,
  ppc64le: 21,
  loongarch64: 258,
};

function isFor(bytes: Uint8Array, machine: string): boolean {
  const isElf = bytes.length > 20 && bytes[0] === 0x7f && bytes[1] === 0x45;
  const number = bytes[5] === 2 ? [bytes[18], bytes[19]] : [bytes[19], bytes[18]];
  const known = machines[machine];
  return isElf && (known === undefined || known === (number[0] ?? 0) * 256 + (number[1] ?? 0));
}

function damaged(file: string): RunFailure {
  return new RunFailure(
    'agent-damaged',
    `the agent of this installation is damaged (${file})`,
    'Install the extension anew, or build it with npm run build.',
  );
}

function wrongMachine(file: string, machine: string): RunFailure {
  return new RunFailure(
    'wrong-architecture',
    `${file} is no program for ${machine}`,
    'Install the extension anew, or build it with npm run build.',
  );
}
