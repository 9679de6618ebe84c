/** What a kernel says to the maps of an object, each taken alone: map-probe/main.c. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
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
    const command = `cat > /tmp/maps.o && ${guestPath} /tmp/maps.o`;
    return (await guest.mustExec(command, { input: await readFile(path) })).toString();
  };
}

/** A map as C text, with everything that it needs beyond libbpf's headers and those of the kernel. */
export interface MapText {
  readonly name: string;
  readonly text: string;
}

const prelude = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n#include <stddef.h>\n';
const license = 'char LICENSE[] SEC("license") = "GPL";\n';

/** Maps per object: each is opened once for each of them. */
const batchSize = 100;

/**
 * Verdicts in order. An object that libbpf does not take says so of all of its maps: such ones are to be asked alone
 * (`apart`). To be called in a test.
 */
export async function askMaps(
  maps: readonly MapText[],
  prober: MapProber,
  options: { readonly shared?: string; readonly apart?: true } = {},
): Promise<readonly MapVerdict[]> {
  const size = options.apart ? 1 : batchSize;
  const count = Math.ceil(maps.length / size);
  const batches = Array.from({ length: count }, (_, n) => maps.slice(n * size, (n + 1) * size));
  const answers = await inParallel(batches, async (batch) => {
    const text = prelude + (options.shared ?? '') + batch.map((one) => one.text).join('') + license;
    const { path } = await compileBpf(text);
    const verdicts = new Map(
      (await prober(path)).split('\n').map((line) => [line.split('\t')[0], verdict(line)]),
    );
    const whole = verdicts.get('object');
    return batch.map(({ name }) => {
      const own = verdicts.get(name) ?? whole;
      if (own === undefined) throw new Error(`the kernel was not asked about ${name}`);
      return { ...own, name };
    });
  });
  return answers.flat();
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
