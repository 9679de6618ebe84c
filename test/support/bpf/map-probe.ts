/** What a kernel says to the maps of an object, each taken alone: map-probe/main.c. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MAP_FLAGS } from '#core/bpf/map-attributes';
import { fullName, MAP_TYPES } from '#core/bpf/map-types';
import type { Guest } from '#support/guests/guest';
import { inParallel } from '#support/in-parallel';
import { mustRun } from '#support/process';
import { cached } from './cache';
import { compileBpf } from './compile';

export interface MapVerdict {
  readonly name: string;
  /** 0: made. */
  readonly errno: number;
  /** The last warning of libbpf. */
  readonly said: string;
}

/** Takes the path of an object, and gives what the probe printed. */
export type MapProber = (objectPath: string) => Promise<string>;

export const localMapProber: MapProber = async (path) => mustRun(await buildProbe([]), [path]);

const guestPath = '/tmp/map-probe';

/** Uploads the probe. Guests are x86-64. */
export async function guestMapProber(guest: Guest): Promise<MapProber> {
  await guest.upload(await readFile(await buildProbe(['-static', '-s'])), guestPath);
  return async (path) => {
    const command = `o=/tmp/maps.$$.o; cat > $o && ${guestPath} $o; status=$?; rm $o; exit $status`;
    return (await guest.mustExec(command, { input: await readFile(path) })).toString();
  };
}

/** A map as C text, with everything that it needs beyond the kernel's uapi and libbpf's helpers. */
export interface MapText {
  readonly name: string;
  readonly text: string;
}

/** The C library's headers may not know the newest. They take a quarter of the time that vmlinux.h takes. */
const prelude = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
${MAP_TYPES.map((type, n) => `#define ${fullName(type)} ${n + 1}\n`).join('')}
${MAP_FLAGS.map(({ name, bit }) => `#define BPF_F_${name} (1U << ${bit})\n`).join('')}
`;
const license = 'char LICENSE[] SEC("license") = "GPL";\n';

/** Maps per object: each is opened once for each of them. */
const batchSize = 250;

/** Verdicts in order. To be called in a test. */
export async function askMaps(
  maps: readonly MapText[],
  prober: MapProber,
  shared = '',
): Promise<readonly MapVerdict[]> {
  const count = Math.ceil(maps.length / batchSize);
  const batches = Array.from({ length: count }, (_, n) => maps.slice(n * batchSize, (n + 1) * batchSize));
  return (await inParallel(batches, (batch) => askBatch(batch, prober, shared))).flat();
}

/** Where libbpf does not take the object, it says because of which map: the others are asked about without it. */
async function askBatch(
  batch: readonly MapText[],
  prober: MapProber,
  shared: string,
): Promise<readonly MapVerdict[]> {
  const { path } = await compileBpf(prelude + shared + batch.map(({ text }) => text).join('') + license);
  const verdicts = new Map(
    (await prober(path)).split('\n').map((line) => [line.split('\t')[0], verdict(line)]),
  );
  const whole = verdicts.get('object');
  const refused = whole && batch.find(({ name }) => name === /map '(\w+)/.exec(whole.said)?.[1]);
  if (whole !== undefined && refused === undefined) throw new Error(`libbpf refuses all: ${whole.said}`);
  if (whole !== undefined && refused !== undefined) {
    const others = await askBatch(
      batch.filter((one) => one !== refused),
      prober,
      shared,
    );
    const at = batch.indexOf(refused);
    return [...others.slice(0, at), { ...whole, name: refused.name }, ...others.slice(at)];
  }
  return batch.map(({ name }) => {
    const own = verdicts.get(name);
    if (own === undefined) throw new Error(`the kernel was not asked about ${name}`);
    return own;
  });
}

function verdict(line: string): MapVerdict {
  const [name = '', errno = '', said = ''] = line.split('\t');
  return { name, errno: Number(errno), said };
}

async function buildProbe(flags: readonly string[]): Promise<string> {
  const source = fileURLToPath(new URL('map-probe/main.c', import.meta.url));
  return cached('map-probe', [...flags, await readFile(source)], async (output) => {
    const libraries = ['-lbpf', '-lelf', '-lz'];
    await mustRun('cc', ['-O2', '-Wall', '-Wextra', source, '-o', output, ...flags, ...libraries]);
  });
}
