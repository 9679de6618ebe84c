/** Which functions can be traced: what the check says of them, and what a kernel with kprobes and fentry does. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { KernelIndex } from '#core/kernel/model';
import { isFunctionPointer, isRefusedPointer, tracedBy } from '#server/traced/prototype';
import type { Traced } from '#server/traced/prototype';
import { missing } from '#server/traced/attachable';
import type { Missing } from '#server/traced/attachable';
import { compileBpf } from '#support/bpf/compile';
import { functionProber, readGuestFunctions } from '#support/guests/functions';
import type { FunctionProber } from '#support/guests/functions';
import { bootGuest } from '#support/guests/guest';
import type { Guest } from '#support/guests/guest';
import { loadInGuest } from '#support/guests/loader';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

const errnoOf = { several: 99, refused: 22 };

describeUnless(await requireGuests('6.12-amd64'), 'functions of 6.12', () => {
  let guest: Guest;
  let index: KernelIndex;
  let prober: FunctionProber;
  beforeAll(async () => {
    guest = await bootGuest('6.12-amd64');
    index = await readGuestFunctions(guest);
    prober = await functionProber(guest);
  });
  afterAll(() => guest.kill());

  test('prog-args: every parameter of traced functions, and the word behind the last', async () => {
    const functions = index.types.funcNames().flatMap((name, n) => {
      const traced = n % 25 === 0 ? tracedBy(index.types, `fentry/${name}`) : undefined;
      return traced === undefined ? [] : [{ name, traced }];
    });
    expect(functions.length).toBeGreaterThan(1500);
    const most = 7;
    const words = await prober.words(
      functions.map(({ name }) => name),
      most,
    );
    const told = functions.map(({ name }) => [name, words.get(name)?.map((errno) => errno === 0)]);
    const { release } = index.provenance;
    const isOdd = (traced: Traced, n: number) => isRefusedPointer(traced, n, release);
    const expected = functions.map(({ name, traced }) => [
      name,
      Array.from(
        { length: most },
        (_, n) => n < traced.readable && !isFunctionPointer(traced, n) && !isOdd(traced, n),
      ),
    ]);
    const odd = functions.flatMap(({ traced }) => traced.values.filter((_, n) => isOdd(traced, n)));
    expect(odd.length).toBeGreaterThan(50);
    // Not to be traced at all: variadic, or what they return is a struct.
    const traceable = ([name]: readonly unknown[]) => words.get(name as string)?.includes(0) === true;
    expect(told.filter(traceable)).toEqual(expected.filter(traceable));
    expect(told.filter(traceable).length).toBeGreaterThan(1000);
  }, 120_000);

  test('prog-args: every word of LSM hooks, for one cgroup too, and of functions that return nothing', async () => {
    const hooks = [
      'socket_bind',
      'socket_post_create',
      'sk_alloc_security',
      'file_open',
      'file_free_security',
    ];
    const targets = {
      lsm: { hooks, returned: 0 },
      lsm_cgroup: { hooks, returned: 1 },
      fexit: { hooks: ['do_unlinkat', 'put_pid'], returned: 0 },
    };
    const reads = Object.entries(targets).flatMap(([family, { hooks: names, returned }]) =>
      names.flatMap((hook) => {
        const traced = tracedBy(index.types, `${family}/${hook}`);
        if (traced === undefined) throw new Error(`${hook} has no prototype`);
        const words = Array.from({ length: traced.readable + 2 }, (_, n) => n);
        return words.map((n) => ({
          name: `${family}_${hook}_${n}`,
          isReadable: n < traced.readable,
          text: `SEC("${family}/${hook}")\nint ${family}_${hook}_${n}(unsigned long long *ctx) { volatile long x = ctx[${n}]; return ${returned}; }\n`,
        }));
      }),
    );
    const { path } = await compileBpf(
      `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n${reads.map(({ text }) => text).join('')}`,
    );
    const verdicts = await loadInGuest(guest, path, { attach: false });
    const loads = new Map(verdicts.map(({ program, load }) => [program, load === 'ok']));
    expect(reads.map(({ name }) => [name, loads.get(name)])).toEqual(
      reads.map(({ name, isReadable }) => [name, isReadable]),
    );
  });

  test('unknown-function: fentry and kprobe.multi', async () => {
    const names = index.types.funcNames();
    const whys = new Map(names.map((name) => [name, missing(index, { family: 'fentry', name, before: '' })]));

    const untraceable = names.filter((name) => whys.get(name) !== undefined);
    expect(untraceable.length).toBeGreaterThan(900);
    const answers = await prober.functions('fentry', untraceable);
    expect(answers).toHaveLength(untraceable.length);
    const attached = answers.filter(({ errno, attach }) => errno === 0 && attach === 0);
    expect(attached.length).toBeLessThan(untraceable.length / 100);

    const traceable = names.filter((name) => whys.get(name) === undefined).filter((_, n) => n % 1000 === 0);
    expect(traceable.length).toBeGreaterThan(30);
    const refused = (await prober.functions('fentry', traceable)).filter(
      ({ errno, attach }) => errno !== 0 || attach !== 0,
    );
    // Variadic functions, and those that return a struct.
    expect(refused.length).toBeLessThan(4);

    const some = traceable.slice(0, 10);
    const multi = await prober.functions('multi', [...untraceable.slice(0, 200), ...some]);
    expect(multi.filter(({ errno }) => errno === 0).map(({ name }) => name)).toEqual(some);
  }, 240_000);
});

describeUnless(await requireGuests('6.1-amd64'), 'unknown-function', () => {
  test('kprobes at every function that the kernel or its BTF has', async () => {
    const guest = await bootGuest('6.1-amd64');
    onTestFinished(() => guest.kill());
    const index = await readGuestFunctions(guest);
    const prober = await functionProber(guest);
    const symbols = await prober.symbols();
    const names = [...new Set([...symbols, ...index.types.funcNames(), ...index.functions])];
    expect(names.length).toBeGreaterThan(45_000);
    const of = (name: string): Missing | undefined => missing(index, { family: 'kprobe', name, before: '' });

    const reported = names.filter((name) => of(name) !== undefined);
    expect(reported.length).toBeGreaterThan(8000);
    const accepted = (await prober.functions('kprobe', reported)).filter(({ errno }) => errno === 0);
    // Labels, and functions that the compiler found to be the same as another one, under whose name they are listed.
    expect(accepted.map(({ name }) => name).filter((name) => !isOtherName(name))).toEqual([]);
    expect(accepted.length).toBeLessThan(12);

    // Three milliseconds each. Of `f.cold` nothing is certain.
    const silent = names.filter(
      (name, n) => of(name) === undefined && !name.endsWith('.cold') && n % 20 === 0,
    );
    expect(silent.length).toBeGreaterThan(1500);
    const blacklist = (await guest.mustExec('cat /sys/kernel/debug/kprobes/blacklist')).toString();
    const blacklisted = new Set(blacklist.split('\n').map((line) => line.split('\t')[1]));
    const refused = (await prober.functions('kprobe', silent)).filter(({ errno }) => errno !== 0);
    // A name of several functions, and what kprobes themselves run through: no list that is captured says it.
    expect(
      refused.filter(
        ({ name, errno }) =>
          errno !== errnoOf.several && !(errno === errnoOf.refused && blacklisted.has(name)),
      ),
    ).toEqual([]);
    expect(refused.length).toBeLessThan(silent.length / 20);
  }, 240_000);
});

function isOtherName(name: string): boolean {
  return /_text_start$|^init_module$|^thermal_genl_event_tz_|^__ia32_compat_sys_sigreturn$|\.part\.0$/.test(
    name,
  );
}
