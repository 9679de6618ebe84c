/**
 * Whether a kernel has what `kprobe/…`, `fentry/…`, `lsm/…`, `iter/…` or `ksyscall/…` name, as far as its own lists say it:
 * `available_filter_functions` for what can be traced, BTF for what the verifier knows.
 *
 * A kprobe needs a function of the first list (register_kprobe() and within_notrace_func() refuse all others, but for parts
 * of such functions: `f.cold`), fentry one of both. A kernel without a list is not judged by it.
 */
import { parseSectionName } from '#core/bpf/section-name';
import type { KernelIndex } from '#core/kernel/model';

export type ProbeFamily = 'kprobe' | 'multi' | 'ksyscall' | 'fentry' | 'lsm' | 'iter';

export interface ProbeTarget {
  readonly family: ProbeFamily;
  /** The function, hook, iterator, system call or pattern, without module and offset. */
  readonly name: string;
  /** What stands before it: `fentry/nfs:`. */
  readonly before: string;
}

export type Missing =
  /** No list has it. */
  | { readonly why: 'absent' }
  /** Only what the compiler made of it is there: `f.isra.0`, `f.part.0`. */
  | { readonly why: 'copies'; readonly copies: readonly string[] }
  /** BTF has it, and ftrace does not: inlined, notrace, or gone after booting. Some few are another name of one it has. */
  | { readonly why: 'untraceable' }
  /** It can be traced, but BTF does not describe it. */
  | { readonly why: 'no-types' }
  /** A kernel without BPF LSM. */
  | { readonly why: 'no-hooks' };

const families: Readonly<Record<string, ProbeFamily>> = {
  kprobe: 'kprobe',
  kretprobe: 'kprobe',
  'kprobe.multi': 'multi',
  'kretprobe.multi': 'multi',
  'kprobe.session': 'multi',
  ksyscall: 'ksyscall',
  kretsyscall: 'ksyscall',
  fentry: 'fentry',
  fexit: 'fentry',
  fmod_ret: 'fentry',
  fsession: 'fentry',
  lsm: 'lsm',
  lsm_cgroup: 'lsm',
  iter: 'iter',
};

/** Undefined for other sections, and for targets that libbpf reads otherwise. */
export function probeTarget(section: string): ProbeTarget | undefined {
  const parsed = parseSectionName(section);
  const family = families[parsed?.def.name.replace(/\.s$/, '') ?? ''];
  const target = parsed?.target;
  if (family === undefined || target === undefined) return undefined;
  const [, module = '', name = ''] =
    (family === 'multi'
      ? /^()([\w.*?]+)$/
      : family === 'kprobe'
        ? /^()([\w.]+)(?:\+(?:0x)?[\da-f]+)?$/i
        : /^(?:(\w+:))?([\w.]+)$/
    ).exec(target) ?? [];
  if (name === '') return undefined;
  return { family, name, before: section.slice(0, section.length - target.length) + module };
}

/** Undefined where the kernel has it, or where its lists cannot say. */
export function missing(index: KernelIndex, { family, name }: ProbeTarget): Missing | undefined {
  const { functions, types } = index;
  switch (family) {
    case 'kprobe':
      return functions.length === 0 ? undefined : untraced(index, name);
    case 'multi':
      return functions.length === 0 ? undefined : unmatched(index, name);
    case 'ksyscall':
      return isSyscall(index, name) ? undefined : { why: 'absent' };
    case 'fentry': {
      if (types.empty) return undefined;
      const known = types.func(name) !== undefined;
      const gap = functions.length === 0 ? undefined : untraced(index, name);
      if (known) return gap;
      return functions.length > 0 && gap === undefined ? { why: 'no-types' } : { why: 'absent' };
    }
    case 'iter':
      // Kernels before 5.8 have none, and programs for them do without.
      if (types.func('bpf_iter_task') === undefined || types.func(`bpf_iter_${name}`) !== undefined)
        return undefined;
      return { why: 'absent' };
    case 'lsm':
      if (types.empty || types.func(`bpf_lsm_${name}`) !== undefined) return undefined;
      return types.func('bpf_lsm_file_open') === undefined ? { why: 'no-hooks' } : { why: 'absent' };
  }
}

/** Some have the struct of their context and are not registered: `iter/` needs the function. */
export function iteratorNames(types: KernelIndex['types']): readonly string[] {
  const prefix = 'bpf_iter__';
  return types.structNames().flatMap((struct) => {
    const name = struct.startsWith(prefix) ? struct.slice(prefix.length) : undefined;
    return name !== undefined && types.func(`bpf_iter_${name}`) !== undefined ? [name] : [];
  });
}

/** Names of the same family, for what may be meant. */
export function probeNames(index: KernelIndex, family: ProbeFamily): readonly string[] {
  const { functions, types, events } = index;
  switch (family) {
    case 'kprobe':
    case 'multi':
      return functions;
    case 'fentry':
      return types.funcNames().filter((name) => functions.length === 0 || isTraceable(functions, name));
    case 'lsm':
      return types
        .funcNames()
        .flatMap((name) => (name.startsWith('bpf_lsm_') ? [name.slice('bpf_lsm_'.length)] : []));
    case 'iter':
      return iteratorNames(types);
    case 'ksyscall':
      return events.flatMap(({ category, name }) =>
        category === 'syscalls' && name.startsWith('sys_enter_') ? [name.slice('sys_enter_'.length)] : [],
      );
  }
}

function untraced({ functions, types }: KernelIndex, name: string): Missing | undefined {
  if (isTraceable(functions, name)) return undefined;
  // A part of a function that is listed: `f.cold`.
  const dot = name.indexOf('.', 1);
  if (dot > 0 && isTraceable(functions, name.slice(0, dot))) return undefined;
  const copies = startingWith(functions, `${name}.`);
  if (copies.length > 0) return { why: 'copies', copies };
  return { why: types.func(name) === undefined ? 'absent' : 'untraceable' };
}

/** Of several names of one address, the list has one: a system call without arguments is `__do_sys_getpid` in it. */
function isTraceable(functions: readonly string[], name: string): boolean {
  if (includes(functions, name)) return true;
  const syscall = /^__(?:[a-z0-9]+)_(?:compat_)?sys_(\w+)$/.exec(name)?.[1];
  return (
    syscall !== undefined && ['do', 'se'].some((side) => includes(functions, `__${side}_sys_${syscall}`))
  );
}

/** libbpf takes `*` and `?` for patterns, and a name without them for itself. */
function unmatched(index: KernelIndex, pattern: string): Missing | undefined {
  if (!/[*?]/.test(pattern)) return untraced(index, pattern);
  const source = pattern.replace(/[*?.]/g, (char) => ({ '*': '.*', '?': '.' })[char] ?? '\\.');
  const expression = new RegExp(`^${source}$`);
  return index.functions.some((name) => expression.test(name)) ? undefined : { why: 'absent' };
}

/** Also where nothing says that it is none. */
function isSyscall({ functions, types, events }: KernelIndex, name: string): boolean {
  const listed = events.filter(({ category }) => category === 'syscalls');
  if (listed.length === 0 || types.empty) return true;
  if (listed.some((event) => event.name === `sys_enter_${name}`)) return true;
  const symbols = ['__x64_sys_', '__arm64_sys_', '__s390x_sys_', '__riscv_sys_', '__powerpc_sys_'];
  return [...symbols, '__do_sys_', '__se_sys_', 'sys_']
    .map((prefix) => prefix + name)
    .some((symbol) => includes(functions, symbol) || types.func(symbol) !== undefined);
}

/** In a sorted list. */
function includes(names: readonly string[], name: string): boolean {
  return names[lowerBound(names, name)] === name;
}

function startingWith(names: readonly string[], prefix: string): readonly string[] {
  const start = lowerBound(names, prefix);
  let end = start;
  while (names[end]?.startsWith(prefix)) end++;
  return names.slice(start, end);
}

function lowerBound(names: readonly string[], name: string): number {
  let low = 0;
  for (let high = names.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((names[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
