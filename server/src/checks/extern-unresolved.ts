/**
 * A variable that libbpf has to fill in and cannot: one of the kernel (`__ksym`) that the target's BTF does not have, or has as
 * something else, and one of its configuration (`__kconfig`) by a name or of a type that libbpf does not know. It loads nothing of
 * the object then. Where there is a compiled object, it says which there are, those of headers too.
 */
import { virtualSettings } from '#core/object/externs';
import { nearest } from '#core/text/nearest';
import type { ExternDef, Span } from '../analysis/model';
import { firstUseOf, troublesOfObject, troublesOfSource, type ExternTrouble } from '../externs/troubles';
import { externText, variableNamed, variableNames } from '../externs/variables';
import { placeOfCall } from '../object/calls';
import { verdictOf } from '../object/verdict';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';

export const externUnresolved: Check = {
  code: 'extern-unresolved',
  run(view) {
    const verdict = verdictOf(view);
    const declared = new Map(view.source.externs.map((one) => [one.name, one]));
    const troubles = verdict ? troublesOfObject(verdict) : troublesOfSource(view);
    return troubles.flatMap((one): readonly Finding[] => {
      const own = declared.get(one.name);
      const use = own || !verdict || !view.object ? undefined : firstUseOf(view.object, verdict, one.name);
      const span = own?.nameSpan ?? (use && placeOfCall(view, use, [one.name]));
      return span ? [finding(view, one, span, own)] : [];
    });
  },
};

function finding(
  view: DocumentView,
  { name, trouble }: ExternTrouble,
  span: Span,
  declared: ExternDef | undefined,
): Finding {
  const said = (message: string, rest: Partial<Finding> = {}): Finding => ({
    ...{ code: 'extern-unresolved', span, severity: 'error', dependsOnKernel: false, message, fixes: [] },
    ...rest,
  });
  const virtual = virtualSettings.get(name) ?? 'int';
  const retyped = declared
    ? [redeclared(declared, `extern ${virtual} ${name} __kconfig${declared.weak ? ' __weak' : ''};`)]
    : [];
  switch (trouble) {
    case 'absent': {
      const all = variableNames(view.kernel.index.types);
      const names = nearest(name, all);
      const isCertain = all.length === 0 || nearest(name, names, { maxDistance: 1 }).length > 0;
      return said((all.length > 0 ? absent(name) : noneAtAll) + (isCertain ? '' : byModule), {
        dependsOnKernel: true,
        severity: isCertain ? 'error' : 'warning',
        advice: [...(names.length > 0 ? [`Did you mean ${names.join(' or ')}?`] : []), untyped(name)].join(
          ' ',
        ),
        fixes: names.map((one) => renamed(view, name, one, names.length === 1)),
      });
    }
    case 'other': {
      const variable = variableNamed(view.kernel.index.types, name);
      const text = variable && externText(variable, declared?.weak);
      return said(
        `The kernel has ${name} as something else: libbpf does not load the object (EINVAL). It is ${variable?.declaration ?? name}.`,
        { dependsOnKernel: true, fixes: declared && text ? [redeclared(declared, text)] : [] },
      );
    }
    case 'name':
      return said(unknownName(name), { fixes: settingNames(name).map((one) => renamed(view, name, one)) });
    case 'type':
      return said(
        `No setting is of this type: libbpf does not open the object (ENOTSUP). It is bool, char, an integer, enum libbpf_tristate or an array of char.`,
        virtualSettings.has(name) ? { fixes: retyped } : {},
      );
    case 'number':
      return said(
        `libbpf has a number for ${name}, which this type does not take: it does not load the object (EINVAL).`,
        { fixes: retyped },
      );
    case 'small':
      return said(
        `${name} is KERNEL_VERSION(a, b, c), which does not fit into this type: libbpf does not load the object.`,
        { fixes: retyped },
      );
  }
}

const byModule = ' If a module brings it, load the module before the object.';
const absent = (name: string): string =>
  `The kernel's BTF has no variable ${name}: libbpf does not load the object (EINVAL).`;
const noneAtAll = "The kernel's BTF has no variables at all: libbpf does not load the object (EINVAL).";
const untyped = (name: string): string =>
  `Most kernels describe their per-CPU variables alone. Another is found by its address, if it is declared extern const void ${name} __ksym, and read with bpf_probe_read_kernel(); one that may be missing is declared __weak.`;
const unknownName = (name: string): string =>
  `libbpf knows no setting ${name}: it does not load the object (EINVAL). Those of the kernel's configuration begin with CONFIG_, and it makes up ${[...virtualSettings.keys()].join(', ')}.`;

const settingNames = (name: string): readonly string[] =>
  name.startsWith('LINUX_') ? nearest(name, [...virtualSettings.keys()]) : [`CONFIG_${name}`];

function renamed({ text }: DocumentView, name: string, to: string, preferred = false): Fix {
  const places = Array.from(text.matchAll(new RegExp(`\\b${name}\\b`, 'g')), ({ index }) => ({
    start: index,
    end: index + name.length,
  }));
  return {
    title: `Change to ${to}`,
    edits: places.map((span) => ({ span, newText: to })),
    preferred,
  };
}

const redeclared = ({ span }: ExternDef, newText: string): Fix => ({
  title: `Declare it as ${newText}`,
  edits: [{ span, newText }],
  preferred: true,
});
