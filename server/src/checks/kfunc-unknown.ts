/**
 * A function of the kernel that the file declares with `__ksym` and calls, and the target kernel does not have: libbpf does not
 * load the object (EINVAL), unless it is declared `__weak`; then the verifier refuses the call, unless a program asks before
 * (`bpf_ksym_exists()`). And one that is there, but not for BPF programs. Where there is a compiled object, it says which
 * functions and calls there are, those of headers and other functions too.
 */
import type { KernelFunction } from '#core/object/functions';
import type { ObjectVerdict } from '#core/object/verdict';
import { nearest } from '#core/text/nearest';
import type { KernelFunctionDef, Program, Span } from '../analysis/model';
import { certainOf } from '../helpers/bodies';
import { functionNamed, isKfunc, kfuncNames, takesKfuncs } from '../kfuncs/kfuncs';
import { troubledFunctions, type KernelCall } from '../kfuncs/object';
import { lineAt, placeOfCall } from '../object/calls';
import { verdictOf } from '../object/verdict';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix, Severity } from './check';

/** What is wrong with a function, as the object's author wrote its name. */
interface Problem {
  readonly name: string;
  readonly finding: Finding;
}

export const kfuncUnknown: Check = {
  code: 'kfunc-unknown',
  run(view) {
    if (view.kernel.index.types.empty) return [];
    const verdict = verdictOf(view);
    const problems = verdict ? settled(view, verdict) : inSource(view);
    return problems.map(({ finding }) => finding);
  },
};

function inSource(view: DocumentView): readonly Problem[] {
  const { types } = view.kernel.index;
  const declared = view.source.kernelFunctions;
  const weak = new Set(declared.flatMap(({ name, weak: isWeak }) => (isWeak ? [name] : [])));
  return declared.flatMap((one): readonly Problem[] => {
    // libbpf leaves out what follows three underscores.
    const name = one.name.replace(/___.*$/, '');
    const exists = types.func(name) !== undefined;
    if (exists && isKfunc(types, name) !== false) return [];
    if (isGuarded(view.text, one.name)) return [];
    const calls = certainCalls(view, one.name, exists || weak.has(one.name));
    if (calls.length === 0) return [];
    const found = exists
      ? calls.map((span) => said(span, notForPrograms(name)))
      : weak.has(one.name)
        ? calls.map((span) => withoutWeak(view, name, span))
        : [withoutDeclared(view, name, one.nameSpan, one)];
    return found.map((finding) => ({ name: one.name, finding }));
  });
}

/** Of what the source is said to lack only what the object has trouble with, and what only the object shows. */
function settled(view: DocumentView, verdict: ObjectVerdict): readonly Problem[] {
  const troubled = troubledFunctions(view, verdict);
  const names = new Set(troubled.map(({ name }) => name));
  const kept = inSource(view).filter(({ name }) => names.has(name));
  const placeKey = ({ name, finding }: Problem): string => `${name} ${lineAt(view, finding.span)}`;
  const places = new Set(kept.map(placeKey));
  const said = new Set(kept.map(({ name }) => name));
  const declared = new Map(view.source.kernelFunctions.map((one) => [one.name, one]));
  const added = troubled.flatMap(({ name, function: fn, trouble, calls }): readonly Problem[] => {
    const own = declared.get(name);
    if (trouble === 'refused-by-libbpf') {
      const [span] = own ? [own.nameSpan] : calls.flatMap((call) => placeOfCall(view, call, [name]) ?? []);
      if (said.has(name) || span === undefined) return [];
      return [{ name, finding: unresolved(view, fn, span, own) }];
    }
    return calls.flatMap((call: KernelCall): readonly Problem[] => {
      const span = call.reached === 'yes' ? placeOfCall(view, call, [name]) : undefined;
      const finding = span && calledInVain(view, fn, span);
      return finding && !places.has(placeKey({ name, finding })) ? [{ name, finding }] : [];
    });
  });
  return [...kept, ...added];
}

/** libbpf does not load the object. */
function unresolved(
  view: DocumentView,
  { kernelName, state }: KernelFunction,
  span: Span,
  declared: KernelFunctionDef | undefined,
): Finding {
  return state === 'other'
    ? said(span, declaredOtherwise(view, kernelName))
    : withoutDeclared(view, kernelName, span, declared);
}

/** The verifier refuses the call. */
function calledInVain(view: DocumentView, { kernelName, state }: KernelFunction, span: Span): Finding {
  if (state === 'absent' || state === 'unknown') return withoutWeak(view, kernelName, span);
  return said(span, takesKfuncs(view.kernel.index.types) ? notForPrograms(kernelName) : tooOld(kernelName));
}

function withoutWeak(view: DocumentView, name: string, span: Span): Finding {
  const { severity, module } = manner(view, name);
  return { ...said(span, absentWeak(name) + module), severity };
}

function withoutDeclared(
  view: DocumentView,
  name: string,
  span: Span,
  declared: KernelFunctionDef | undefined,
): Finding {
  const { names, severity, module } = manner(view, name);
  const finding = said(span, absent(name) + module, declared && fixes(view, declared, names));
  return { ...finding, severity, ...adviceOf(names) };
}

/** Whether it is a slip, or a module may bring it. */
function manner({ kernel }: DocumentView, name: string) {
  const names = nearest(name, kfuncNames(kernel.index.types));
  // `bpf_skb_ct_lookup` comes with nf_conntrack, which may not have been loaded when the kernel was captured.
  const isSlip = nearest(name, names, { maxDistance: 1 }).length > 0;
  const severity: Severity = isSlip ? 'error' : 'warning';
  return {
    names,
    severity,
    module: isSlip ? '' : ' If a module brings it, load the module before the object.',
  };
}

function said(span: Span, message: string, fixed: readonly Fix[] = []): Finding {
  return { code: 'kfunc-unknown', span, severity: 'error', dependsOnKernel: true, message, fixes: fixed };
}

const adviceOf = (names: readonly string[]) =>
  names.length === 0 ? {} : { advice: `Did you mean ${names.join(' or ')}?` };

const absent = (name: string): string =>
  `The kernel has no function ${name}: libbpf does not load the object (EINVAL). Declare it __weak, and ask bpf_ksym_exists(${name}) before it is called, for kernels with and without it.`;
const absentWeak = (name: string): string =>
  `The kernel has no function ${name}: the verifier refuses the call. Ask bpf_ksym_exists(${name}) before.`;
const notForPrograms = (name: string): string =>
  `${name} is a function of the kernel, but no kfunc: the verifier lets no program call it.`;
const tooOld = (name: string): string =>
  `${name} is a function of the kernel, which lets no program call its functions (kernels since 5.13 do): the verifier refuses the call.`;
const declaredOtherwise = ({ kernel }: DocumentView, name: string): string =>
  `The kernel declares ${name} otherwise: libbpf does not load the object (EINVAL). It is ${functionNamed(kernel.index.types, name)?.prototype ?? name}.`;

/** `bpf_ksym_exists(f)`, `if (f)`, `!f`, `f &&`: the author knows. */
function isGuarded(text: string, name: string): boolean {
  return new RegExp(
    `bpf_ksym_exists\\s*\\(\\s*${name}\\b|[(!&|]\\s*${name}\\s*[)&|?]|!\\s*&?${name}\\b`,
  ).test(text);
}

/**
 * Calls that programs make for certain. Of a program that is not loaded unless asked for (`SEC("?…")`) libbpf resolves what it
 * calls all the same, and the verifier does not see it.
 */
function certainCalls({ text, source }: DocumentView, name: string, byVerifier: boolean): readonly Span[] {
  const counts = ({ section, function: fn }: Program): boolean =>
    !section.conditional && !fn.conditional && !(byVerifier && section.value.startsWith('?'));
  return source.programs.filter(counts).flatMap(({ function: fn }) => {
    if (!text.slice(fn.bodySpan.start, fn.bodySpan.end).includes(name)) return [];
    return certainOf(source, fn).flatMap(({ certain }) =>
      certain.flatMap(({ text: word, start, end }, n) =>
        word === name && certain[n + 1]?.text === '(' && !/^(?:->|\.)$/.test(certain[n - 1]?.text ?? '')
          ? [{ start, end }]
          : [],
      ),
    );
  });
}

function fixes({ text }: DocumentView, one: KernelFunctionDef, names: readonly string[]): readonly Fix[] {
  const places = Array.from(text.matchAll(new RegExp(`\\b${one.name}\\b`, 'g')), ({ index }) => ({
    start: index,
    end: index + one.name.length,
  }));
  return names.map((name) => ({
    title: `Change to ${name}`,
    edits: places.map((span) => ({ span, newText: name })),
    preferred: names.length === 1,
  }));
}
