/**
 * A member that a kernel struct does not have: a slip of the pen, or a member of another kernel's. Not those of a
 * tracepoint's ctx, which are `ctx-unknown-field`'s.
 */
import { nearest } from '#core/text/nearest';
import { sourceMembers, structName, structOfType } from '../members/members';
import { plainSteps, rootOf, type MemberStep } from '../members/steps';
import type { Struct } from '../members/type';
import { Types, typesOf } from '../members/types';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';

export const unknownField: Check = {
  code: 'unknown-field',
  run(view) {
    if (view.kernel.index.types.empty || hasForeignHeaders(view)) return [];
    const types = typesOf(view);
    const declared = view.headers.hasVmlinux ? new Types(view, 'header') : undefined;
    const found = new Map<number, Finding>();
    for (const step of plainSteps(view)) {
      const struct = types.receiver(step.member);
      if (struct?.kind !== 'kernel' || struct.flavour || !isMissing(view, struct, step)) continue;
      // The vmlinux.h of another kernel may lead elsewhere.
      const other = declared?.receiver(step.member);
      if (other?.kind === 'source' && other.def.name !== struct.tag) continue;
      found.set(step.nameSpan.start, finding(view, struct, step));
    }
    return [...found.values()];
  },
};

/** Headers of a system may define members as macros: `#define s6_addr in6_u.u6_addr8`. */
function hasForeignHeaders({ source }: DocumentView): boolean {
  const plain =
    /^(?:bpf\/[\w.]+|.*vmlinux[\w.-]*|std\w+|errno|limits|string|asm\/unistd|linux\/(?:bpf|types|errno|version|limits))(?:\.h)?$/;
  return source.includes.some(({ system, path }) => system && !plain.test(path));
}

type KernelStruct = Struct & { kind: 'kernel' };

function isMissing(view: DocumentView, struct: KernelStruct, step: MemberStep): boolean {
  const { name } = step.member;
  const { source, headers } = view;
  if (isTracepointCtx(struct, step) || source.expressions.isMacro(name)) return false;
  if (struct.members.has(name)) return false;
  if (!headers.complete || headers.macro(name)) return false;
  return isUndeclared(view, struct, name) || isRelocated(view, step);
}

/** The record of an event, whose members have a check of their own. */
function isTracepointCtx({ tag }: KernelStruct, { member, programs }: MemberStep): boolean {
  if (/^(?:trace_event_raw|syscall_trace)_/.test(tag)) return true;
  const root = rootOf(member.of);
  return (
    root.kind === 'variable' &&
    programs.some(({ section, ctx }) => section.tracepoint && 'name' in ctx && ctx.name === root.name)
  );
}

/** The program's own vmlinux.h has no such member either: it does not compile. */
function isUndeclared({ headers }: DocumentView, struct: KernelStruct, name: string): boolean {
  const declared = struct.tag === '' || struct.def ? undefined : headers.struct(struct.tag)?.definition;
  if (!declared || declared.conditional) return false;
  for (const field of sourceMembers(declared.fields)) if (field.name === name) return false;
  return true;
}

/**
 * Questions that a program asks about the kernel, and settings that a loader makes: a function may be called only where
 * one of them is answered so.
 */
const asks =
  /\bbpf_core_(?:field|type|enum)_\w+|\b__builtin_preserve_\w+_info|\bLINUX_KERNEL_VERSION\b|\b__kconfig\b|\bbpf_ksym_exists\b|\b(?:const\s+volatile|volatile\s+const|static\s+const)\b/;

/** The verifier certainly meets the read, which libbpf could not relocate. */
function isRelocated({ text, source }: DocumentView, { access, programs }: MemberStep): boolean {
  if (!access.certain || !access.used) return false;
  if (programs.length === 0) return !asks.test(text) && !source.programs.some(isOptional);
  return !programs.some(isOptional);
}

/** `SEC("?…")`: loaded where the loader wants it. */
const isOptional = ({ section, function: fn }: DocumentView['source']['programs'][number]): boolean =>
  section.value.startsWith('?') || section.conditional || fn.conditional;

function finding(view: DocumentView, struct: KernelStruct, { member, nameSpan }: MemberStep): Finding {
  const names = similar(view, struct, member.name);
  const fixes = names.map((name): Fix => {
    const edits = [{ span: nameSpan, newText: name }];
    return { title: `Change to ${name}`, edits, preferred: names.length === 1 };
  });
  const hint = names.length === 0 ? '' : ` Did you mean ${names.join(' or ')}?`;
  return {
    code: 'unknown-field',
    span: nameSpan,
    severity: 'error',
    dependsOnKernel: true,
    message: `${structName(struct)} has no member ${member.name} on this kernel.${hint}`,
    fixes,
  };
}

/** What it is called here: under other underscores, in the part that all sockets share, or spelt differently. */
function similar(view: DocumentView, { members }: KernelStruct, name: string): readonly string[] {
  const { types } = view.kernel.index;
  const bare = name.replace(/^_+/, '');
  const renamed = [...members.keys()].filter((member) => member.replace(/^_+/, '') === bare);
  if (renamed.length > 0) return renamed;
  // What C programs of the kernel know as `#define sk_family __sk_common.skc_family`.
  const common = members.get('__sk_common');
  const shared = common && structOfType(types, common.member.type);
  const skc = name.replace(/^sk_/, 'skc_');
  return skc !== name && shared?.members.has(skc) ? [`__sk_common.${skc}`] : nearest(name, members.keys());
}
