/**
 * Writes core/src/bpf/helper-licenses.generated.ts: the helpers that the running kernel refuses to a program whose license
 * is not GPL compatible. No header says which those are, so the verifier is asked, by a call of every helper from every
 * kind of program: it looks at the license before it looks at the arguments.
 *
 *   sudo node scripts/probe-helper-licenses.mjs     needs clang, cc and libbpf-dev; takes about a minute
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One for each kind of program that helpers are for; libbpf attaches none of them. */
const sections = [
  ...['socket', 'kprobe/do_unlinkat', 'tc', 'xdp', 'tp/sched/sched_switch', 'perf_event', 'syscall'],
  ...['cgroup_skb/egress', 'cgroup/sock_create', 'sockops', 'sk_skb', 'sk_msg', 'raw_tp.w/sched_switch'],
  ...['lwt_in', 'lwt_xmit', 'sk_reuseport', 'sk_lookup', 'iter/task', 'tp_btf/sched_switch'],
];
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const rows = [
  ...readFileSync(path('../core/src/bpf/helpers.generated.ts'), 'utf8').matchAll(/^ {2}\[(\d+), '(\w+)'/gm),
];
const folder = mkdtempSync(join(tmpdir(), 'ebpf-workbench-'));
try {
  const programs = sections.flatMap((section, n) =>
    rows.map(
      ([, id, name]) =>
        `__attribute__((section("${section}"), used)) int ${name}__${n}(void *c) { return ((long (*)(void *))${id})(c); }\n`,
    ),
  );
  const source = join(folder, 'probe.bpf.c');
  const license = 'char LICENSE[] __attribute__((section("license"), used)) = "Proprietary";\n';
  writeFileSync(source, license + programs.join(''));
  const object = join(folder, 'probe.bpf.o');
  execFileSync('clang', ['-target', 'bpf', '-O2', '-g', '-c', source, '-o', object]);
  const loader = join(folder, 'loader');
  const loaderFolder = path('../test/support/bpf/loader');
  const files = readdirSync(loaderFolder).filter((name) => name.endsWith('.c'));
  const libraries = ['-lbpf', '-lelf', '-lz', '-lpthread'];
  execFileSync('cc', ['-O2', ...files.map((name) => join(loaderFolder, name)), '-o', loader, ...libraries]);
  const output = execFileSync(loader, ['verify', object], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const refused = new Set(
    output.split('\n').flatMap((line) => {
      if (!line.includes('cannot call GPL-restricted function')) return [];
      return [JSON.parse(line).program.replace(/__\d+$/, '')];
    }),
  );
  const names = rows.map(([, , name]) => name).filter((name) => refused.has(name));
  writeFileSync(
    path('../core/src/bpf/helper-licenses.generated.ts'),
    `// Made by scripts/probe-helper-licenses.mjs on a kernel ${release().replace(/[^\d.].*$/, '')}. Do not edit.

/** Helpers that only programs with a GPL compatible license may call. */
export const GPL_ONLY_HELPERS: ReadonlySet<string> = new Set([
${names.map((name) => `  '${name}',`).join('\n')}
]);
`,
  );
  console.log(`${names.length} of ${rows.length} helpers`);
} finally {
  rmSync(folder, { recursive: true });
}
