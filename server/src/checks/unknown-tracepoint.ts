/**
 * The target kernel has no such event: the program loads, and the attach fails with ENOENT. `SEC("?tp/…")` says that
 * the author knows. A category that the kernel does not have may come with a module; one that no known kernel has may
 * be no event at all: what is attached by hand (cilium/ebpf, aya) or reached by a tail call has any name behind `tp/`.
 */
import { nearest } from '#core/text/nearest';
import type { EventName } from '#core/kernel/model';
import type { Program, SectionSite, TracepointTarget } from '../analysis/model';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix, Severity } from './check';

export const unknownTracepoint: Check = {
  code: 'unknown-tracepoint',
  run: (view) => {
    if (view.kernel.index.events.length === 0) return [];
    return view.source.sections.flatMap((site): Finding[] => {
      if (site.conditional || site.value.startsWith('?') || site.on !== 'function') return [];
      if (site.tracepoint)
        return isForeign(site.tracepoint) || isKnown(view, site.tracepoint)
          ? []
          : unknown(view, site, site.tracepoint);
      return withoutCategory(view, site);
    });
  },
};

/** Deeper paths are other loaders' (`tracepoint/sched/sched_switch/v2`). */
function isForeign({ name }: TracepointTarget): boolean {
  return name.includes('/');
}

function isKnown(view: DocumentView, { category, name }: TracepointTarget): boolean {
  return view.kernel.index.events.some((event) => event.name === name && event.category === category);
}

function unknown(view: DocumentView, site: SectionSite, target: TracepointTarget): Finding[] {
  const { index } = view.kernel;
  const { category, name } = target;
  const elsewhere = view.kernel.elsewhere(category, name);
  const names = suggestions(index.events, target);
  const categoryKnown = index.events.some((event) => event.category === category);
  const reserved = index.format(category, name) !== undefined;
  const near = categoryKnown || names.length > 0;
  const known = severityOf(view, target, { near, elsewhere: elsewhere.length > 0 });
  const severity =
    known === 'error' && elsewhere.length > 0 && isOneOfSeveral(view, site, target) ? 'warning' : known;
  return [
    {
      code: 'unknown-tracepoint',
      span: site.literal ?? site.span,
      severity,
      dependsOnKernel: true,
      message: [
        reserved
          ? `${category}:${name} is reserved for ftrace: the kernel refuses BPF programs on it (EPERM).`
          : `The kernel has no event ${category}:${name}: the program loads, but attaching it fails (ENOENT).`,
        ...(near ? [] : [`If a module brings it, load the module before the program.`]),
      ].join(' '),
      advice: [
        ...(names.length > 0 ? [`Did you mean ${names.join(' or ')}?`] : []),
        ...(elsewhere.length > 0 ? [`Known on ${elsewhere.join(', ')}.`] : []),
      ].join(' '),
      fixes: [
        ...names.flatMap((path) => replaceTarget(target, path, names.length === 1)),
        ...(elsewhere.length > 0 ? loadIfAsked(site) : []),
      ],
    },
  ];
}

/**
 * An unknown category with nothing like it is most likely a module that is not loaded there, or only a name.
 * `syscalls/sendto`, a syscall's bare name, means something to other loaders.
 */
function severityOf(
  { kernel }: DocumentView,
  { category, name }: TracepointTarget,
  { near, elsewhere }: { readonly near: boolean; readonly elsewhere: boolean },
): Severity {
  if (category === 'syscalls' && kernel.index.events.some((event) => event.name === `sys_enter_${name}`))
    return 'hint';
  if (near) return 'error';
  return elsewhere ? 'warning' : 'information';
}

/**
 * Events come and go: a program for the one that other kernels have does what a program for one of this kernel's does, and
 * user space loads the one that is right. Programs on system calls share functions for other reasons.
 */
function isOneOfSeveral(view: DocumentView, site: SectionSite, { category }: TracepointTarget): boolean {
  const { programs } = view.source;
  const own = programs.find(({ section }) => section === site);
  if (!own || category === 'syscalls') return false;
  const called = callsOf(view, own);
  return programs.some(
    (other) =>
      other.section.tracepoint?.category === category &&
      isKnown(view, other.section.tracepoint) &&
      callsOf(view, other).some((name) => called.includes(name)),
  );
}

/** Functions of the file that the program calls by name. */
function callsOf({ text, source }: DocumentView, { function: { bodySpan } }: Program): readonly string[] {
  const words = text.slice(bodySpan.start, bodySpan.end).matchAll(/\b([A-Za-z_]\w*)\s*\(/g);
  return Array.from(words, ([, name = '']) => name).filter((name) => source.lookup.definesFunction(name));
}

/** The same name in another category first, then names that differ by a typo. */
function suggestions(events: readonly EventName[], { category, name }: TracepointTarget): string[] {
  const moved = events.filter((event) => event.name === name).map(path);
  if (moved.length > 0) return moved.slice(0, 3);
  const inCategory = events.filter((event) => event.category === category);
  // A syscall without the side: both are as likely.
  const sides = inCategory.filter(
    (event) => event.name === `sys_enter_${name}` || event.name === `sys_exit_${name}`,
  );
  if (category === 'syscalls' && sides.length > 0) return sides.map(path);
  const syscall = category === 'syscalls' ? /^(sys_(?:enter|exit)_)(\w+)$/.exec(name) : null;
  const near = syscall
    ? relatedSyscalls(syscall[1] ?? '', syscall[2] ?? '', inCategory)
    : nearest(
        name,
        inCategory.map((event) => event.name),
      );
  if (near.length > 0) return near.map((found) => `${category}/${found}`);
  return nearest(`${category}/${name}`, events.map(path));
}

/**
 * What the kernel may call a syscall: `stat` is newstat, `open` on arm64 openat. The prefix that all names share would
 * let three typos pass for a short one, so only what follows it is compared.
 */
function relatedSyscalls(side: string, bare: string, events: readonly EventName[]): string[] {
  const names = events.flatMap(({ name }) => (name.startsWith(side) ? [name.slice(side.length)] : []));
  // `newlstat` and `fchown` are forms themselves.
  const stem = bare.replace(/^(?:new)?(?:[fl](?=stat|ch))?/, '');
  const form = new RegExp(`^(?:new)?f?${stem}(?:at)?\\d?$`);
  const forms = names
    .filter((name) => form.test(name) || name.startsWith(bare))
    .sort((a, b) => Number(form.test(b)) - Number(form.test(a)) || a.length - b.length);
  return [...new Set([...forms, ...nearest(bare, names)])].slice(0, 3).map((name) => side + name);
}

function path(event: EventName): string {
  return `${event.category}/${event.name}`;
}

/**
 * libbpf cannot attach `tp/x` by its section (EINVAL). Where the author attaches by hand, `x` is free; so only the name
 * of an event is remarked on, and only `category:name` is certain to be a slip.
 */
function withoutCategory(view: DocumentView, site: SectionSite): Finding[] {
  const target = /^(?:tp|tracepoint)\/([\w:]+)$/.exec(site.value)?.[1];
  if (target === undefined) return [];
  const colon = /^\w+:\w+$/.test(target);
  const names = colon
    ? [target.replace(':', '/')]
    : view.kernel.index.events.filter((event) => event.name === target).map(path);
  if (names.length === 0) return [];
  return [
    {
      code: 'unknown-tracepoint',
      span: site.literal ?? site.span,
      severity: colon ? 'error' : 'information',
      dependsOnKernel: !colon,
      message: `libbpf attaches a tracepoint by category/name, as in tp/${names[0] ?? ''}: it cannot attach ${site.value} (EINVAL).`,
      fixes: names.flatMap((name) => withCategory(site, target, name)),
    },
  ];
}

function withCategory({ literal, value }: SectionSite, target: string, name: string): Fix[] {
  if (!literal) return [];
  const newText = value.slice(0, value.length - target.length) + name;
  return [{ title: `Change to ${newText}`, edits: [{ span: literal, newText }], preferred: true }];
}

/** An event of other kernels: user space loads the program where it is there (`bpf_program__set_autoload()`). */
function loadIfAsked({ literal, value }: SectionSite): Fix[] {
  if (!literal) return [];
  const edits = [{ span: { start: literal.start, end: literal.start }, newText: '?' }];
  return [{ title: `Load only if asked: SEC("?${value}")`, edits, preferred: false, portable: true }];
}

function replaceTarget(target: TracepointTarget, path: string, preferred: boolean): Fix[] {
  if (!target.categorySpan || !target.nameSpan) return [];
  const span = { start: target.categorySpan.start, end: target.nameSpan.end };
  return [{ title: `Change to ${path}`, edits: [{ span, newText: path }], preferred }];
}
