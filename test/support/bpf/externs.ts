/** Variables that libbpf fills in, each in an object of its own: what is said of it, and what libbpf makes of it on a kernel. */
import { readFile } from 'node:fs/promises';
import { readBpfObject } from '#core/elf/bpf-object';
import { checkSource } from '#server/check-source';
import type { KernelIndex } from '#core/kernel/model';
import type { Finding } from '#server/checks/check';
import { madeUpSettings, settingValue } from '#server/externs/settings';
import { externText, variableNamed, variableNames } from '#server/externs/variables';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { applyFix } from '#support/check-fixture';
import { compileBpf } from './compile';
import type { Candidate } from './judge';
import type { ProgramVerdict } from './loader';

interface ExternCase {
  readonly name: string;
  readonly declared: string;
  readonly body: string;
  /** The text does not show what the object does. */
  readonly hidden?: true;
  /** Also asked of other kernels than this one: the answer depends on the kernel. */
  readonly drifts?: true;
  /** Its fix is tried. */
  readonly fix?: true;
}

type Cases = readonly [ExternCase, ...ExternCase[]];

type Rest = Omit<Partial<ExternCase>, 'name' | 'declared'>;

const perCpu = (name: string, declared: string, rest: Rest = {}): ExternCase => {
  const variable = /(\w+)(?:\[\d+\])? __k/.exec(declared)?.[1] ?? '';
  return { name, declared, body: `found |= bpf_this_cpu_ptr(&${variable}) != 0;`, ...rest };
};
const read = (name: string, declared: string, rest: Rest = {}): ExternCase => {
  const variable = /(\w+)(?:\[\d+\])? __k/.exec(declared)?.[1] ?? '';
  return { name, declared, body: `bpf_probe_read_kernel(&byte, 1, &${variable});`, ...rest };
};
const absent = (n: number): string => `extern const int bpf_no_such_${n} __ksym;`;

/** All of them are one object, which libbpf takes where the kernel's BTF has the two variables. */
const taken: Cases = [
  perCpu('wider', 'extern const unsigned long bpf_prog_active __ksym;'),
  perCpu('not constant', 'extern struct rq runqueues __ksym;'),
  read('by address', 'extern const void schedule __ksym;'),
  read('no such address', 'extern const void bpf_no_such __ksym __weak;'),
  {
    ...{ name: 'weak', declared: absent(1).replace(';', ' __weak;') },
    body: 'if (&bpf_no_such_1) found |= bpf_this_cpu_ptr(&bpf_no_such_1) != 0;',
  },
  { name: 'unused', declared: absent(2), body: '' },
  { name: 'dead', declared: absent(3), body: 'if (0) found |= bpf_this_cpu_ptr(&bpf_no_such_3) != 0;' },
  { name: 'dropped', declared: absent(4), body: '(void)&bpf_no_such_4;' },
  {
    name: 'sized',
    declared: absent(5),
    body: 'bpf_probe_read_kernel(&byte, sizeof(bpf_no_such_5) - 3, ctx);',
  },
  read('version', 'extern const unsigned int LINUX_KERNEL_VERSION __kconfig;'),
  read('cookie', 'extern _Bool LINUX_HAS_BPF_COOKIE __kconfig;'),
  read('wrapper', 'extern char LINUX_HAS_SYSCALL_WRAPPER __kconfig;'),
  read('unknown, weak', 'extern int LINUX_HAS_NO_SUCH __kconfig __weak;'),
];

/** Each an object of its own: libbpf loads nothing of one with a variable that it does not find. */
const alone: readonly ExternCase[] = [
  perCpu('of some kernels', 'extern const int cpu_number __ksym;', { drifts: true }),
  perCpu('of others', 'struct pcpu_hot { int nr; };\nextern struct pcpu_hot pcpu_hot __ksym;', {
    drifts: true,
  }),
  perCpu('an int for a struct', 'extern const int runqueues __ksym;', { fix: true, drifts: true }),
  perCpu('a struct for an int', 'extern const struct rq bpf_prog_active __ksym;'),
  perCpu('weak, of another kind', 'extern const int runqueues __ksym __weak;'),
  perCpu('only declared', 'struct nobody;\nextern const struct nobody runqueues __ksym;', { hidden: true }),
  perCpu('an array', 'extern const char bpf_prog_active[4] __ksym;', { hidden: true }),
  perCpu('a slip', 'extern const int bpf_prog_activ __ksym;', { fix: true }),
  perCpu('a flavour', 'extern const struct rq runqueues___mine __ksym;'),
  perCpu('not per CPU', 'extern const struct rq init_task __ksym;'),
  perCpu('by macro', `#define DECLARED ${absent(6)}\nDECLARED`, {
    body: 'found |= bpf_this_cpu_ptr(&bpf_no_such_6) != 0;',
    hidden: true,
  }),
  read('a short version', 'extern unsigned short LINUX_KERNEL_VERSION __kconfig;', { fix: true }),
  read('a bool version', 'extern _Bool LINUX_KERNEL_VERSION __kconfig;'),
  read('a version as text', 'extern char LINUX_KERNEL_VERSION[16] __kconfig;'),
  read('a version as tristate', 'extern enum libbpf_tristate LINUX_KERNEL_VERSION __kconfig;'),
  read('a version as pointer', 'extern int *LINUX_KERNEL_VERSION __kconfig;'),
  read('a version, misspelt', 'extern int LINUX_KERNEL_VERSON __kconfig;', { fix: true }),
  read('unknown', 'extern int LINUX_HAS_NO_SUCH __kconfig;'),
  read('unknown, a text', 'extern char LINUX_HAS_NO_SUCH[8] __kconfig __weak;'),
  read('without prefix', 'extern int HZ __kconfig __weak;'),
  read('option as pointer', 'extern char *CONFIG_CC_VERSION_TEXT __kconfig __weak;'),
  read('option as array', 'extern short CONFIG_HZ[4] __kconfig __weak;', { hidden: true }),
  read('option as enum', 'extern enum other CONFIG_HZ __kconfig __weak;', { hidden: true }),
  read('option', 'extern unsigned char CONFIG_CC_VERSION_TEXT[8] __kconfig __weak;'),
];

/** Without libbpf's headers, which take clang longer than all of the rest. */
const head = `#define SEC(name) __attribute__((section(name), used))
#define __ksym __attribute__((section(".ksyms")))
#define __kconfig __attribute__((section(".kconfig")))
#define __weak __attribute__((weak))
static void *(*bpf_this_cpu_ptr)(const void *p) = (void *)154;
static long (*bpf_probe_read_kernel)(void *to, unsigned int size, const void *from) = (void *)113;
char LICENSE[] SEC("license") = "GPL";
struct rq { int nr; };
enum libbpf_tristate { TRI_NO, TRI_YES, TRI_MODULE };
enum other { OTHER };
`;

const textOf = (cases: readonly ExternCase[]): string =>
  `${head}${cases.map(({ declared }) => declared).join('\n')}
SEC("raw_tp/sched_switch")
int asks(void *ctx)
{
	char byte = 0;
	int found = 0;
	${cases.map(({ body }) => body).join('\n\t')}
	return found + byte;
}
`;

type Load = (path: string) => Promise<readonly ProgramVerdict[]>;

/** A file of its own for each: libbpf loads nothing of an object with one that it does not find. */
async function ask(
  source: string,
  load: Load,
): Promise<{ readonly path: string; readonly refused: boolean }> {
  const { path } = await compileBpf(source, { flags: ['-w'] });
  // What libbpf does not even open has no programs.
  const log = await load(path).then(
    (verdicts) => verdicts.map((one) => (one.load === 'ok' ? '' : one.log)).join(),
    (error: unknown) => String(error),
  );
  return { path, refused: /extern (?:\((?:var ksym|kcfg)\) )?'\w+'.*/.test(log) };
}

export interface ExternComparison {
  /** Reported and not refused, or refused and not reported: by the object, or by the text. */
  readonly wrong: readonly string[];
  readonly refused: readonly string[];
  /** How many libbpf takes. */
  readonly taken: number;
}

/** @param which `drifting`: those alone that depend on the kernel, without their fixes */
export async function compareExterns(
  kernel: KernelView,
  load: Load,
  which: 'all' | 'drifting',
): Promise<ExternComparison> {
  const analyzer = await testAnalyzer();
  const uri = 'file:///program.bpf.c';
  const wrong: string[] = [];
  const refusals: string[] = [];
  const single = alone.filter(({ drifts }) => which === 'all' || drifts);
  const groups: readonly Cases[] = [taken, ...single.map((one): Cases => [one])];
  for (const cases of groups) {
    const [{ hidden, fix, ...first }] = cases;
    const name = cases.length > 1 ? 'together' : first.name;
    const source = textOf(cases);
    const { path, refused } = await ask(source, load);
    if (refused) refusals.push(name);
    const { value: object } = readBpfObject(await readFile(path));
    const said = async (more: object): Promise<readonly Finding[]> =>
      (await checkSource(source, { analyzer, kernel, uri, ...more })).filter(
        ({ code }) => code === 'extern-unresolved',
      );
    const [byText, byObject] = [await said({}), await said({ object })];
    if (byObject.length > 0 !== refused) wrong.push(`${name}: object ${byObject.length}`);
    if (byText.length > 0 !== (refused && !hidden)) wrong.push(`${name}: text ${byText.length}`);
    const [finding] = byObject;
    if (which !== 'all' || !fix || !finding) continue;
    const repaired = await ask(applyFix(source, finding), load);
    if (repaired.refused) wrong.push(`${name}: its fix`);
  }
  const count = groups.reduce((sum, cases) => sum + cases.length, 0);
  return { wrong, refused: refusals, taken: count - refusals.length };
}

/**
 * Programs that load where a setting has the value that is told of it, and others where it has not: the verifier leaves out
 * branches that the values of settings exclude. Which of them do otherwise, and how many there are.
 */
export async function compareSettingValues(
  { index }: KernelView,
  load: Load,
): Promise<{ readonly wrong: readonly string[]; readonly asked: number }> {
  const told = madeUpSettings.flatMap(({ name, declaration }) => {
    const value = settingValue(index, name);
    return value ? [{ name, declaration, number: value.number }] : [];
  });
  const programs = told.flatMap(({ name, number }) =>
    ['!=', '=='].map((operator, n) => ({
      name: `${name}_${n === 0 ? 'is' : 'is_not'}`,
      body: `if (${name} ${operator} ${number}) *(volatile int *)8 = 1;`,
      loads: n === 0,
    })),
  );
  const texts = programs.map(
    ({ name, body }) => `SEC("raw_tp/sched_switch") int ${name}(void *ctx) { ${body} return 0; }`,
  );
  const source = [head, ...told.map(({ declaration }) => declaration), ...texts].join('\n');
  const { path } = await compileBpf(source, { flags: ['-w'] });
  const loaded = new Map((await load(path)).map((one) => [one.program, one.load === 'ok']));
  const wrong = programs.flatMap(({ name, loads }) => (loaded.get(name) === loads ? [] : [name]));
  return { wrong, asked: programs.length };
}

/** A program for each variable of a kernel, which takes it as its completion declares it. */
export function variablePrograms({ types }: KernelIndex): readonly Candidate[] {
  return variableNames(types).flatMap((variable) => {
    const known = variableNamed(types, variable);
    if (!known) return [];
    const name = `takes_${variable}`;
    const head = `SEC("raw_tp/sched_switch")\nint ${name}(void *ctx)`;
    const body = `{\n\treturn bpf_this_cpu_ptr(&${variable}) != 0;\n}\n`;
    return [{ name, text: `${externText(known)}\n${head}\n${body}` }];
  });
}
