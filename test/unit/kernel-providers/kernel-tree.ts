/** A small kernel, laid out as files in a temporary folder. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { BtfBuilder } from '#support/btf-builder';
import type { HostPaths } from '#server/kernel/load';

/** An empty folder that is gone after the test, when all has finished that was registered after it. To be called in a test. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'ebpf-kernel-'));
  chmodSync(path, 0o755);
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export function formatOf(name: string, id: number, fields: readonly string[]): string {
  const lines = fields.map((field) => `\tfield:${field}\n`).join('');
  return `name: ${name}\nID: ${id}\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n${lines}\nprint fmt: "%d", REC->x\n`;
}

export const tick = formatOf('tick', 7, ['int cpu;\toffset:8;\tsize:4;\tsigned:1;']);
export const tock = formatOf('tock', 8, ['u64 when;\toffset:8;\tsize:8;\tsigned:0;']);
/** Has a format, and no line in `available_events`: as the kernel's own `ftrace:` events. */
export const hidden = formatOf('function', 1, ['unsigned long ip;\toffset:8;\tsize:8;\tsigned:0;']);

/** `struct clock { int hands; }` in vmlinux, `struct spring { int turns; }` in the module `winder`. */
export function btf(): { vmlinux: Uint8Array; winder: Uint8Array } {
  const base = new BtfBuilder();
  const int = base.int('int', 4, { signed: true });
  base.struct('clock', 4, [{ name: 'hands', type: int, at: 0 }]);
  const module = new BtfBuilder({ base });
  module.struct('spring', 4, [{ name: 'turns', type: int, at: 0 }]);
  return { vmlinux: base.build(), winder: module.build() };
}

const tracing: Files = {
  available_events: 'clock:tock\nclock:tick\nclock:tick\n',
  'events/clock/tick/format': tick,
  'events/clock/tock/format': tock,
  'events/clock/enable': '0\n',
  'events/ftrace/function/format': hidden,
  'events/enable': '0\n',
  available_filter_functions: 'tock_fn [winder]\ntick_fn\n__ftrace_invalid_address___16\ntick_fn\n',
};

/** All that a kernel directory may hold. */
export function kernelDirectory(): Files {
  const { vmlinux, winder } = btf();
  return {
    ...tracing,
    'vmlinux.btf': vmlinux,
    'modules/winder.btf': winder,
    uname: 'Linux 6.1.0-test x86_64\n',
    'features.json': '{"helpers":["bpf_ktime_get_ns"]}',
  };
}

/** The same kernel as a live host shows it. */
export function hostFiles(): Files {
  const { vmlinux, winder } = btf();
  const live = Object.entries(tracing).map(([path, text]) => [`tracing/${path}`, text] as const);
  return {
    ...Object.fromEntries(live),
    'tracing/dynamic_events': '',
    'btf/vmlinux': vmlinux,
    'btf/winder': winder,
    modules: 'winder 16384 1 - Live 0xffffffffc0000000\n',
    notes: 'build id',
  };
}

export function hostPaths(folder: string): HostPaths {
  return {
    tracing: [join(folder, 'tracing'), join(folder, 'debug/tracing')],
    btf: join(folder, 'btf'),
    modules: join(folder, 'modules'),
    notes: join(folder, 'notes'),
  };
}

/** Runs with the rights of a user who is not root; root may read whatever the permissions say. */
export function withoutRights<T>(body: () => T): T {
  if (process.geteuid?.() !== 0) return body();
  process.seteuid?.(65534);
  try {
    return body();
  } finally {
    process.seteuid?.(0);
  }
}
