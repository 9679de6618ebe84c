/**
 * The target kernel does not have the function, hook, iterator or system call that a section names, or it cannot be traced.
 * `SEC("?kprobe/…")` says that the author knows. A function that no list has may come with a module; what BTF has and ftrace
 * has not may be another name of a function that it has, so nothing certain is said of either.
 */
import { nearest } from '#core/text/nearest';
import type { KernelIndex } from '#core/kernel/model';
import type { SectionSite } from '../analysis/model';
import { inWords } from '../describe/words';
import {
  missing,
  probeNames,
  probeTarget,
  type Missing,
  type ProbeFamily,
  type ProbeTarget,
} from '../traced/attachable';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix, Severity } from './check';

export const unknownFunction: Check = {
  code: 'unknown-function',
  run: (view) =>
    view.source.sections.flatMap((site): Finding[] => {
      if (site.conditional || site.value.startsWith('?') || site.on !== 'function') return [];
      const { index } = view.kernel;
      if (there.get(index)?.has(site.value)) return [];
      const target = probeTarget(site.value);
      if (target === undefined || placeholder.test(target.name)) return [];
      const gap = missing(index, target);
      if (gap === undefined) remember(index, site.value);
      return gap === undefined ? [] : [finding(view, site, target, gap)];
    }),
};

/** `kprobe/dummy_open`, `fentry/f`, `kprobe/func`, `fexit/XXX`: user space chooses the function. */
const placeholder = /^dummy|^.{1,2}$|^(?:foo|bar|func|function|target|placeholder|xxx+)$|^[A-Z][A-Z\d_]*$/;

/** Sections whose function the kernel has: it is not looked for again with every keystroke elsewhere. */
const there = new WeakMap<KernelIndex, Set<string>>();
const mostThere = 4000;

function remember(index: KernelIndex, section: string): void {
  const known = there.get(index) ?? new Set<string>();
  there.set(index, known);
  if (known.size >= mostThere) known.clear();
  known.add(section);
}

function finding(view: DocumentView, site: SectionSite, target: ProbeTarget, gap: Missing): Finding {
  const { index, others } = view.kernel;
  const sections = gap.why === 'no-hooks' || gap.why === 'no-types' ? [] : meant(index, target, gap);
  const elsewhere = others.some((other) => missing(other.index, target) === undefined);
  const fixes = sections.flatMap((section) => change(site, section, sections.length === 1));
  return {
    code: 'unknown-function',
    span: site.literal ?? site.span,
    severity: severityOf(view, site, target, gap, sections),
    dependsOnKernel: true,
    message: said(target, gap, isTypo(target, sections)),
    ...(sections.length > 0 && { advice: `Did you mean ${sections.join(' or ')}?` }),
    fixes: [...fixes, ...(elsewhere ? loadIfAsked(site) : [])],
  };
}

function severityOf(
  view: DocumentView,
  site: SectionSite,
  target: ProbeTarget,
  { why }: Missing,
  sections: readonly string[],
): Severity {
  const { family, name } = target;
  // Other loaders find `sys_openat` under the name that the architecture gives it.
  if (family === 'kprobe' && /^(?:sys|SyS)_/.test(name)) return 'information';
  // A program for each name that the function has on some kernel: user space loads the one that is right.
  const traced = view.source.sections.filter((other) => other !== site).map(({ value }) => value);
  if (sections.some((section) => traced.includes(section))) return 'information';
  const isSure = why === 'copies' || why === 'no-types' || isTypo(target, sections);
  if (family !== 'lsm' && !isSure && isOneOfSeveral(view, site, target)) return 'information';
  if (why === 'untraceable') return 'warning';
  if (why !== 'absent' || family === 'lsm' || family === 'ksyscall') return 'error';
  return isTypo(target, sections) ? 'error' : 'warning';
}

/** Near names that begin otherwise say little: `smc_release` of a module is no slip for `shm_release`. */
function isTypo({ name }: ProbeTarget, sections: readonly string[]): boolean {
  const lead = firstWord(name);
  return sections.some((section) => {
    const meant = probeTarget(section);
    if (meant === undefined || meant.family === 'ksyscall') return true;
    return lead === bare(name) || firstWord(meant.name) === lead;
  });
}

const bare = (name: string): string => name.replace(/^_+/, '');
const firstWord = (name: string): string => bare(name).replace(/_.*$/, '');

/**
 * A program for `fentry/f` and one for `kprobe/f`, or for `f` and `__f`: user space loads the one that is right. A kprobe's target
 * that is the program's own name may be there for nothing else: it loads, and the loader attaches it elsewhere.
 */
function isOneOfSeveral({ source }: DocumentView, site: SectionSite, { family, name }: ProbeTarget): boolean {
  const own = source.programs.find(({ section }) => section === site)?.function.name;
  if (own === name && family === 'kprobe') return true;
  return source.sections.some(({ value }) => {
    const other = probeTarget(value);
    if (other === undefined || bare(other.name) !== bare(name)) return false;
    return other.family !== family || other.name !== name;
  });
}

function said({ family, name }: ProbeTarget, gap: Missing, near: boolean): string {
  const late = 'The program loads, and attaching it fails';
  const load = near ? '' : ' If a module brings it, load the module before the program';
  const module = near ? '' : `${load}.`;
  const program = near ? '' : `${load}; if another BPF program has it, the loader says which.`;
  switch (gap.why) {
    case 'no-hooks':
      return `The kernel has no hooks for BPF programs (CONFIG_BPF_LSM): libbpf does not load the program (ESRCH).`;
    case 'no-types':
      return `The kernel's BTF does not describe ${name}: libbpf does not load the program (ESRCH). A kprobe can be attached to it.`;
    case 'copies':
      return `The compiler left of ${name} only ${inWords(gap.copies.slice(0, 3))}, whose parameters may be others. ${late}.`;
    case 'untraceable':
      return `${name} is not among the functions that this kernel can trace: it is inlined, notrace, or gone after booting. ${late}.`;
    case 'absent':
      if (family === 'lsm')
        return `The kernel has no LSM hook ${name}: libbpf does not load the program (ESRCH).`;
      if (family === 'iter')
        return `The kernel has no iterator ${name}: libbpf does not load the program (ESRCH).${module}`;
      if (family === 'ksyscall') return `The kernel has no system call ${name}. ${late} (ENOENT).`;
      if (family === 'fentry')
        return `The kernel's BTF has no function ${name}: libbpf does not load the program (ESRCH).${program}`;
      if (isPattern(name))
        return `No function that the kernel can trace matches ${name}. ${late} (ENOENT).${module}`;
      return `The kernel has no function ${name} that it can trace. ${late} (ENOENT).${module}`;
  }
}

/** As `kprobe.multi` takes. */
const isPattern = (name: string): boolean => /[*?]/.test(name);

/** Whole sections, best first. */
function meant(index: KernelIndex, target: ProbeTarget, gap: Missing): readonly string[] {
  const { family, name, before } = target;
  const whole = (names: readonly string[]) => names.map((other) => before + other);
  if (gap.why === 'copies')
    return family === 'fentry'
      ? []
      : whole(gap.copies.filter((copy) => !/\.(?:part|cold)/.test(copy)).slice(0, 3));
  if (gap.why === 'untraceable' || isPattern(name)) return [];
  // A system call by the symbol of another architecture, or of none.
  const syscall = /^(?:__[a-z0-9]+_)?(?:sys|SyS)_(\w+)$/.exec(name)?.[1];
  if (syscall !== undefined && family === 'kprobe') {
    const side = before.replace('kprobe/', 'ksyscall/').replace('kretprobe/', 'kretsyscall/');
    const known = probeNames(index, 'ksyscall').includes(syscall);
    if (known && side !== before) return [side + syscall];
  }
  if (family === 'ksyscall') return whole(relatedSyscalls(name, probeNames(index, family)));
  return whole(nearby(index, target));
}

/** What the kernel may call it: `stat` is newstat, `open` on arm64 openat. */
function relatedSyscalls(name: string, names: readonly string[]): readonly string[] {
  const forms = ['new', '', 'f', 'newf'].flatMap((lead) =>
    ['', 'at', 'at2', '2', '64'].map((end) => lead + name + end),
  );
  return [...new Set([...forms.filter((form) => names.includes(form)), ...nearest(name, names)])].slice(0, 3);
}

/** Names of one family by their length. An index is immutable, so what is made of it can be kept as long as it lives. */
type ByLength = ReadonlyMap<number, readonly string[]>;
const made = new WeakMap<KernelIndex, Map<ProbeFamily, ByLength>>();
/** What was found for the names of a file is not looked for again with every keystroke elsewhere. */
const found = new WeakMap<KernelIndex, Map<string, readonly string[]>>();
const mostFound = 200;

function namesByLength(index: KernelIndex, family: ProbeFamily): ByLength {
  const known = made.get(index) ?? new Map<ProbeFamily, ByLength>();
  made.set(index, known);
  let names = known.get(family);
  if (names === undefined) {
    const groups = new Map<number, string[]>();
    for (const name of probeNames(index, family)) {
      const group = groups.get(name.length);
      if (group === undefined) groups.set(name.length, [name]);
      else group.push(name);
    }
    known.set(family, (names = groups));
  }
  return names;
}

/**
 * A name that is being typed is another one with each letter, so only those are compared, of 59,000, that begin or end
 * alike.
 */
function nearby(index: KernelIndex, target: ProbeTarget): readonly string[] {
  const known = found.get(index) ?? new Map<string, readonly string[]>();
  found.set(index, known);
  const key = `${target.family} ${target.name}`;
  let names = known.get(key);
  if (names === undefined) {
    names = searchNearby(index, target);
    if (known.size >= mostFound) known.clear();
    known.set(key, names);
  }
  return names;
}

function searchNearby(index: KernelIndex, { family, name }: ProbeTarget): readonly string[] {
  // Among so many, three letters are no typo any more.
  const maxDistance = name.length < 10 ? 1 : 2;
  const names = namesByLength(index, family);
  const [start, end] = [name.slice(0, 3), name.slice(-3)];
  const alike: string[] = [];
  for (let length = name.length - maxDistance; length <= name.length + maxDistance; length++)
    for (const other of names.get(length) ?? [])
      if (other.startsWith(start) || other.endsWith(end)) alike.push(other);
  return nearest(name, alike, { maxDistance });
}

function change(site: SectionSite, section: string, preferred: boolean): Fix[] {
  if (!site.literal) return [];
  const offset = /\+\w+$/.exec(site.value)?.[0] ?? '';
  const newText = section + offset;
  return [{ title: `Change to ${newText}`, edits: [{ span: site.literal, newText }], preferred }];
}

/** A function of other kernels: user space loads the program where it is there (`bpf_program__set_autoload()`). */
function loadIfAsked({ literal, value }: SectionSite): Fix[] {
  if (!literal) return [];
  const edits = [{ span: { start: literal.start, end: literal.start }, newText: '?' }];
  return [{ title: `Load only if asked: SEC("?${value}")`, edits, preferred: false, portable: true }];
}
