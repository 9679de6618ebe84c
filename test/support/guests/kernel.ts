/** Kernels that programs are written for elsewhere: as the server sees one, and its types as C. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAvailableEvents } from '#core/kernel/available-events';
import { openSnapshot, SNAPSHOT_EXTENSION } from '#core/snapshot/codec';
import type { FormatEntry, FormatTexts } from '#core/snapshot/formats';
import { parseUname } from '#core/snapshot/uname';
import { createKernelIndex, provenanceOf } from '#server/kernel/kernel-index';
import { createKernelView } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import { cached } from '#support/bpf/cache';
import { bundledDir, bundledView } from '#support/bundled';
import type { BundledId } from '#support/bundled';
import { mustRun } from '#support/process';
import type { Guest } from './guest';

export interface OtherKernel {
  readonly view: KernelView;
  /** The path of its `vmlinux.h`. */
  readonly header: string;
}

/** Texts, each ended by a line `==> name`, then BTF. awk, which could put names between the formats, takes two seconds. */
const command = `
uname -a; echo '==> uname'
cat /sys/kernel/tracing/available_events; echo '==> events'
cd /sys/kernel/tracing/events
printf '%s\\n' */*/format; echo '==> paths'
cat */*/format; echo '==> formats'
cat /sys/kernel/btf/vmlinux`;

/**
 * What a guest says of its own kernel, in one round trip. Its modules are those of a network card, which have no events:
 * their types are left out.
 */
export async function readGuestKernel(guest: Guest): Promise<OtherKernel> {
  let rest = await guest.mustExec(command);
  const part = (name: string): string => {
    const end = rest.indexOf(`==> ${name}\n`);
    if (end < 0) throw new Error(`the guest did not send ${name}`);
    const text = rest.toString('utf8', 0, end);
    rest = rest.subarray(end + `==> ${name}\n`.length);
    return text;
  };
  const meta = parseUname(part('uname'));
  const events = parseAvailableEvents(part('events'));
  const formats = splitFormats(part('paths'), part('formats'));
  const index = createKernelIndex({
    provenance: provenanceOf(meta, { source: 'local', location: guest.id }),
    events,
    formats,
    btf: rest,
    modules: new Map(),
    functions: () => ({ value: '', problems: [] }),
    problems: [],
  });
  return { view: createKernelView(index, { chosen: true }), header: await vmlinuxHeader(rest) };
}

/** A kernel that comes with the extension. */
export async function readBundledKernel(id: BundledId): Promise<OtherKernel> {
  const { value: snapshot } = openSnapshot(await readFile(join(bundledDir, `${id}${SNAPSHOT_EXTENSION}`)));
  const btf = (await snapshot?.btf())?.value;
  if (btf === undefined) throw new Error(`${id} has no BTF`);
  return { view: await bundledView(id), header: await vmlinuxHeader(btf) };
}

/** The formats come in the order of their paths, `sched/sched_switch/format`, and each begins with its name and number. */
function splitFormats(paths: string, text: string): FormatTexts {
  const names = paths.trimEnd().split('\n');
  const files = text.split(/^(?=name: .*\nID: \d+$)/m).map((file) => Buffer.from(file));
  if (files.length !== names.length) throw new Error(`${names.length} paths, but ${files.length} formats`);
  const entries = new Map<string, FormatEntry>();
  let end = 0;
  for (const [i, path] of names.entries()) {
    const start = end;
    end += files[i]?.length ?? 0;
    entries.set(path.replace(/\/format$/, ''), { start, end });
  }
  return { blob: Buffer.concat(files), entries };
}

/** Raw BTF as C: the path of a file. */
function vmlinuxHeader(btf: Uint8Array): Promise<string> {
  return cached('vmlinux.h', ['guest', btf], async (output) => {
    const input = `${output}.btf`;
    await writeFile(input, btf);
    try {
      await writeFile(output, await mustRun('bpftool', ['btf', 'dump', 'file', input, 'format', 'c']));
    } finally {
      await rm(input);
    }
  });
}
