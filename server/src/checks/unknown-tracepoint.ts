/**
 * The target kernel has no such event: the program loads, and the attach fails with ENOENT. `SEC("?tp/…")` says that
 * the author knows; a category that the kernel does not have at all may come with a module.
 */
import { nearest } from '#core/text/nearest';
import type { EventName } from '#core/kernel/model';
import type { SectionSite, TracepointTarget } from '../analysis/model';
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
      return malformed(site);
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
  const severity = severityOf(view, target, categoryKnown || names.length > 0);
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
        ...(names.length > 0 ? [`Did you mean ${names.join(' or ')}?`] : []),
        ...(elsewhere.length > 0 ? [`Known on ${elsewhere.join(', ')}.`] : []),
        ...(severity === 'warning' ? [`If a module brings it, load the module before the program.`] : []),
      ].join(' '),
      fixes: names.flatMap((path) => replaceTarget(target, path, names.length === 1)),
    },
  ];
}

/**
 * An unknown category with nothing like it is most likely a module that is not loaded there. `syscalls/sendto`, a
 * syscall's bare name, means something to other loaders.
 */
function severityOf({ kernel }: DocumentView, { category, name }: TracepointTarget, near: boolean): Severity {
  if (category === 'syscalls' && kernel.index.events.some((event) => event.name === `sys_enter_${name}`))
    return 'hint';
  return near ? 'error' : 'warning';
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
  const near = nearest(
    name,
    inCategory.map((event) => event.name),
  ).map((found) => `${category}/${found}`);
  if (near.length > 0) return near;
  // libc's name for a syscall's: stat → newstat, uname → newuname, fstatat → newfstatat.
  const syscall = /^(sys_(?:enter|exit)_)(\w+)$/.exec(name);
  const renamed =
    syscall && inCategory.find((event) => event.name === `${syscall[1] ?? ''}new${syscall[2] ?? ''}`);
  if (renamed) return [path(renamed)];
  return nearest(`${category}/${name}`, events.map(path));
}

function path(event: EventName): string {
  return `${event.category}/${event.name}`;
}

/** `tp/x` is EINVAL, `tp/a/b/c` looks for an event named `b/c`. */
function malformed(site: SectionSite): Finding[] {
  const target = /^(?:tp|tracepoint)\/(.+)$/.exec(site.value)?.[1];
  if (target === undefined || target.includes('/')) return [];
  return [
    {
      code: 'unknown-tracepoint',
      span: site.literal ?? site.span,
      severity: 'error',
      dependsOnKernel: false,
      message: `A tracepoint is written category/name, as in tp/sched/sched_switch: libbpf cannot attach ${site.value} (EINVAL).`,
      fixes:
        /^\w+:\w+$/.test(target) && site.literal
          ? [
              {
                title: 'Write the category and the name with a slash',
                edits: [{ span: site.literal, newText: site.value.replace(':', '/') }],
                preferred: true,
              },
            ]
          : [],
    },
  ];
}

function replaceTarget(target: TracepointTarget, path: string, preferred: boolean): Fix[] {
  if (!target.categorySpan || !target.nameSpan) return [];
  const span = { start: target.categorySpan.start, end: target.nameSpan.end };
  return [{ title: `Change to ${path}`, edits: [{ span, newText: path }], preferred }];
}
