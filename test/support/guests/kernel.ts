/** The kernel of a guest, read by the guest in one round trip: as the server sees one, and its types as C. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseAvailableEvents } from '#core/kernel/available-events';
import type { FormatEntry, FormatTexts } from '#core/snapshot/formats';
import { parseUname } from '#core/snapshot/uname';
import { createKernelIndex, provenanceOf } from '#server/kernel/kernel-index';
import { createKernelView } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import { cached } from '#support/bpf/cache';
import { mustRun } from '#support/process';
import type { Guest } from './guest';

export interface GuestKernel {
  readonly view: KernelView;
  /** The text of its `vmlinux.h`. */
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

/** Its modules are those of a network card, which have no events: their types are left out. */
export async function readGuestKernel(guest: Guest): Promise<GuestKernel> {
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

/** Raw BTF as C. */
export async function vmlinuxHeader(btf: Uint8Array): Promise<string> {
  const path = await cached('guest-vmlinux.h', [btf], async (output) => {
    const input = `${output}.btf`;
    await writeFile(input, btf);
    await writeFile(output, await mustRun('bpftool', ['btf', 'dump', 'file', input, 'format', 'c']));
  });
  return readFile(path, 'utf8');
}
