/**
 * A function of the kernel that the file declares with `__ksym` and calls, and the target kernel does not have: libbpf does not
 * load the object (ESRCH), unless it is declared `__weak`; then the verifier refuses the call, unless a program asks before
 * (`bpf_ksym_exists()`). And one that is there, but not for BPF programs.
 */
import { nearest } from '#core/text/nearest';
import type { Program, Span } from '../analysis/model';
import { certainStatements } from '../helpers/certain-code';
import { ksymFunctions, type KsymFunction } from '../kfuncs/declarations';
import { isKfunc, kfuncNames } from '../kfuncs/kfuncs';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';

export const kfuncUnknown: Check = {
  code: 'kfunc-unknown',
  run(view) {
    const { types } = view.kernel.index;
    if (types.empty) return [];
    const declared = ksymFunctions(view.text);
    const weak = new Set(declared.flatMap(({ name, weak: isWeak }) => (isWeak ? [name] : [])));
    return declared.flatMap((one): readonly Finding[] => {
      // libbpf leaves out what follows three underscores.
      const name = one.name.replace(/___.*$/, '');
      const exists = types.func(name) !== undefined;
      if (exists && isKfunc(types, name) !== false) return [];
      if (isGuarded(view.text, one.name)) return [];
      const calls = certainCalls(view, one.name, exists || weak.has(one.name));
      if (calls.length === 0) return [];
      if (exists) return calls.map((span) => said(span, notForPrograms(name), []));
      const names = nearest(name, kfuncNames(types));
      // `bpf_skb_ct_lookup` comes with nf_conntrack, which may not have been loaded when the kernel was captured.
      const isSlip = nearest(name, names, { maxDistance: 1 }).length > 0;
      const severity = isSlip ? 'error' : 'warning';
      const module = isSlip ? '' : ' If a module brings it, load the module before the object.';
      if (weak.has(one.name))
        return calls.map((span) => ({ ...said(span, absentWeak(name) + module, []), severity }));
      const finding = said(one.nameSpan, absent(name) + module, fixes(view, one, names));
      return [{ ...finding, severity, ...adviceOf(names) }];
    });
  },
};

function said(span: Span, message: string, fixed: readonly Fix[]): Finding {
  return { code: 'kfunc-unknown', span, severity: 'error', dependsOnKernel: true, message, fixes: fixed };
}

const adviceOf = (names: readonly string[]) =>
  names.length === 0 ? {} : { advice: `Did you mean ${names.join(' or ')}?` };

const absent = (name: string): string =>
  `The kernel has no function ${name}: libbpf does not load the object (ESRCH). Declare it __weak, and ask bpf_ksym_exists(${name}) before it is called, for kernels with and without it.`;
const absentWeak = (name: string): string =>
  `The kernel has no function ${name}: the verifier refuses the call. Ask bpf_ksym_exists(${name}) before.`;
const notForPrograms = (name: string): string =>
  `${name} is a function of the kernel, but no kfunc: the verifier lets no program call it.`;

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
    return certainStatements(text, fn, source.maps).flatMap(({ certain }) =>
      certain.flatMap(({ text: word, start, end }, n) =>
        word === name && certain[n + 1]?.text === '(' && !/^(?:->|\.)$/.test(certain[n - 1]?.text ?? '')
          ? [{ start, end }]
          : [],
      ),
    );
  });
}

function fixes({ text }: DocumentView, one: KsymFunction, names: readonly string[]): readonly Fix[] {
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
