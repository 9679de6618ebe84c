/** Loads of compiled programs around the end of records, in forms that the source alone does not show: what the kernel does. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readBpfObject } from '#core/elf/bpf-object';
import type { TracepointFormat } from '#core/kernel/model';
import { checkSource } from '#server/check-source';
import type { Finding } from '#server/checks/check';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import type { ProgramVerdict } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const head = `#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
const volatile int setting;
struct task_struct___never { int no_such_field; } __attribute__((preserve_access_index));
struct trace_entry { unsigned short type; unsigned char flags, preempt_count; int pid; } __attribute__((preserve_access_index));
struct trace_event_raw_sys_enter { struct trace_entry ent; long id; unsigned long args[6]; } __attribute__((preserve_access_index));
#define AT(base, type, n) (*(volatile type *)((char *)(base) + (n)))
#define RANDOM bpf_get_prandom_u32()
`;

interface Form {
  readonly name: string;
  /** @param read an expression of what is read through a pointer */
  readonly body: (read: (base: string) => string) => string;
  readonly before?: (read: (base: string) => string, name: string) => string;
}

const inner = (how: string, parameter: string) => (read: (base: string) => string, name: string) =>
  `static ${how} long f_${name}(${parameter})\n{\n\treturn ${read('c')};\n}\n`;

const forms: readonly Form[] = [
  { name: 'macro', body: (read) => `return ${read('ctx')};` },
  { name: 'noinline', body: () => 'return NAME(ctx);', before: inner('__noinline', 'void *c') },
  { name: 'inline', body: () => 'return NAME(ctx);', before: inner('__always_inline', 'void *c') },
  { name: 'second', body: () => 'return NAME(RANDOM, ctx);', before: inner('__noinline', 'long x, void *c') },
  { name: 'saved', body: (read) => `long n = RANDOM;\n\treturn ${read('ctx')} + n + RANDOM;` },
  { name: 'spilled', body: (read) => `void *volatile c = ctx;\n\treturn ${read('c')};` },
  { name: 'copied', body: (read) => `void *c = RANDOM > 3 ? ctx : ctx;\n\treturn ${read('c')};` },
  { name: 'by_number', body: (read) => `if (RANDOM > 7)\n\t\treturn ${read('ctx')};` },
  {
    name: 'in_loop',
    body: (read) => `long n = 0;\n\tfor (int i = 0; i < 3; i++) n += ${read('ctx')};\n\treturn n;`,
  },
  {
    name: 'switched',
    body: (read) => `switch (RANDOM & 3) { case 1: return ${read('ctx')}; case 2: return 2; }`,
  },
  { name: 'dead', body: (read) => `if (0)\n\t\treturn ${read('ctx')};` },
  {
    name: 'excluded',
    body: (read) => `__u32 n = RANDOM;\n\tif (n > 7) return 1;\n\tif (n > 9) return ${read('ctx')};`,
  },
  {
    name: 'guarded',
    body: (read) =>
      `if (bpf_core_field_exists(struct task_struct___never, no_such_field))\n\t\treturn ${read('ctx')};`,
  },
  { name: 'by_setting', body: (read) => `if (setting)\n\t\treturn ${read('ctx')};` },
];

/** What the compiler leaves out, where it may. */
const leftOut: readonly Form[] = [
  { name: 'unused', body: (read) => `__u8 x = ${read('ctx')};\n\treturn 0;` },
  { name: 'times_zero', body: (read) => `return ${read('ctx')} * 0;` },
  { name: 'masked', body: (read) => `return ${read('ctx')} & 0;` },
  { name: 'overwritten', body: (read) => `__u8 x = ${read('ctx')};\n\tx = 3;\n\treturn x;` },
  { name: 'compared', body: (read) => `return ${read('ctx')} > 255;` },
];

interface Program {
  readonly name: string;
  readonly text: string;
}

const types = { 1: '__u8', 2: '__u16', 4: '__u32', 8: '__u64' } as const;
const sizes = [1, 2, 4, 8] as const;

/** Each form once within the record, once behind its end, once at its start, with loads of some size. */
function programsFor(format: TracepointFormat, nth: number): readonly Program[] {
  return forms.flatMap((form, f) => {
    const size = sizes[(nth + f) % sizes.length] ?? 1;
    const end = format.recordSize - (format.recordSize % size);
    const places = { inside: Math.max(end - size, 8), past: end, start: f % 2 === 0 ? 0 : 8 - size };
    return Object.entries(places).flatMap(([place, offset]): readonly Program[] => {
      // The start is the same for all events.
      if (place === 'start' && nth > 0) return [];
      return [program(format, form, place, (base) => `AT(${base}, ${types[size]}, ${offset})`)];
    });
  });
}

function program(
  { category, name: event }: TracepointFormat,
  form: Form,
  place: string,
  read: (base: string) => string,
): Program {
  const name = `${event}_${form.name}_${place}`;
  const before = form.before?.(read, name) ?? '';
  const body = form.body(read).replace('NAME', `f_${name}`);
  return {
    name,
    text: `${before}SEC("tp/${category}/${event}") int ${name}(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`,
  };
}

function leftOutFor(format: TracepointFormat): readonly Program[] {
  return leftOut.map((form) =>
    program(format, form, 'past', (base) => `*((__u8 *)${base} + ${format.recordSize})`),
  );
}

/** `ctx->args[n]` of the kernel's struct, relocated. */
function argumentsOf(format: TracepointFormat): readonly Program[] {
  return [0, 1, 2, 3, 4, 5].flatMap((n) =>
    forms
      .slice(0, 3)
      .map((form) =>
        program(
          format,
          form,
          `args_${n}`,
          (base) => `((struct trace_event_raw_sys_enter *)${base})->args[${n}]`,
        ),
      ),
  );
}

describeUnless(requireKernel(), 'loads through ctx', () => {
  // Instructions of 32 bits, as newer compilers make them.
  test.each([{ flags: [] }, { flags: ['-mcpu=v3'] }])(
    'are reported exactly if refused: $flags',
    async ({ flags }) => {
      const kernel = await liveKernel();
      const { events } = kernel.index;
      const formatsOf = (names: readonly (readonly [string, string])[]) =>
        names.flatMap(([category, name]) => kernel.index.format(category, name) ?? []);
      const some = events.filter(({ category }, n) => category !== 'syscalls' && n % 160 === 0);
      const formats = formatsOf([
        ...some.map(({ category, name }) => [category, name] as const),
        ['syscalls', 'sys_exit_read'],
      ]);
      const calls = formatsOf(
        ['getpid', 'close', 'fchmod', 'read', 'mmap'].map((name) => ['syscalls', `sys_enter_${name}`]),
      );
      expect(calls).toHaveLength(5);
      const programs = [
        ...formats.flatMap(programsFor),
        ...formats.flatMap(leftOutFor),
        ...calls.flatMap(argumentsOf),
      ];
      const source = head + programs.map(({ text }) => text).join('');
      const { path } = await compileBpf(source, { flags: ['-w', ...flags] });
      const verdicts = await loadPrograms(path, { attach: true });
      const isRefused = ({ load, attach, log }: ProgramVerdict): boolean =>
        attach === 'EACCES' || (load === 'EACCES' && log.includes('invalid bpf_context access'));
      const refused = verdicts.filter(isRefused);
      // For nothing else.
      expect(verdicts.filter((one) => !isRefused(one) && one.attach !== 'ok')).toEqual([]);

      const { value: object } = readBpfObject(await readFile(path));
      const analyzer = await testAnalyzer();
      const ends = programs.map(({ name, text }) => ({ name, end: source.indexOf(text) + text.length }));
      const nameOf = ({ span }: Finding): string => ends.find(({ end }) => span.start < end)?.name ?? 'none';
      const options = { analyzer, kernel, uri: 'file:///program.bpf.c' };
      const found = await checkSource(source, { ...options, object });
      const told = found.map(nameOf);
      expect([...new Set(told)].sort()).toEqual(refused.map(({ program: name }) => name).sort());
      expect(new Set(told).size).toBe(told.length);
      // The source alone sees fewer, and some that the compiler has left out.
      const alone = (await checkSource(source, options)).map(nameOf);
      expect(alone.filter((name) => told.includes(name)).length).toBeLessThan(told.length / 2);
      expect(alone.filter((name) => !told.includes(name)).length).toBeGreaterThan(20);
      expect(new Set(found.map(({ code, severity }) => `${severity} ${code}`))).toEqual(
        new Set(['error ctx-record-range', 'error ctx-args-range', 'error ctx-common-field']),
      );
      expect(refused.length).toBeGreaterThan(100);
      expect(programs.length - refused.length).toBeGreaterThan(100);
    },
  );
});
