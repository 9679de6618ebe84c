/** After a SEC line: the whole handler, named as libbpf's own programs are. */
import { parseSectionName } from '#core/bpf/section-name';
import type { SectionName } from '#core/bpf/sections';
import type { KernelIndex } from '#core/kernel/model';
import type { AfterSectionCursor } from '../../analysis/cursor-model';
import { parameterOf, traced } from '../../traced/prototype';
import { operationsNamed } from '../../traced/struct-ops';
import { syscallOf, syscallParameter } from '../../traced/syscall';
import type { DocumentView } from '../../view';
import { ctxParameters } from './ctx-type';
import type { CompletionItem } from './item';

export function completeHandler(view: DocumentView, cursor: AfterSectionCursor): readonly CompletionItem[] {
  const section = parseSectionName(cursor.section.value);
  // The protocol cannot replace text of several lines.
  if (section === undefined || view.text.slice(cursor.span.start, cursor.span.end).includes('\n')) return [];
  const signature = signatureOf(view, cursor, section);
  const isVoid = signature.startsWith('void ');
  return [
    {
      label: signature,
      labelDescription: 'handler',
      kind: 'snippet',
      detail: `A whole program for ${cursor.section.value}`,
      replace: cursor.span,
      newText: `${escaped(signature)}\n{\n\t$0${isVoid ? '' : '\n\treturn 0;'}\n}`,
      snippet: true,
      ...(cursor.typed !== '' && { filterText: cursor.typed }),
    },
  ];
}

function signatureOf(
  view: DocumentView,
  { section: site }: AfterSectionCursor,
  section: SectionName,
): string {
  const name = unusedName(view, functionName(section, site.tracepoint));
  const { macro } = section.def;
  if (macro === undefined) return `int ${name}(${ctxParameters(view, site)[0] ?? 'void *ctx'})`;
  const parameters = macroParameters(view.kernel.index, site.value, section);
  return `${returned(view, section)} ${macro}(${[name, ...parameters].join(', ')})`;
}

/** What programs return is an `int`, but for those that stand for a function of a table. */
function returned({ kernel: { index } }: DocumentView, { def, target = '' }: SectionName): string {
  const operations =
    def.programType === 'BPF_PROG_TYPE_STRUCT_OPS' ? operationsNamed(index.types, target) : [];
  const [only] = operations;
  return only && operations.length === 1 ? index.types.declaration(only.prototype.returns, '').trim() : 'int';
}

/** `tracepoint__syscalls__sys_enter_openat`, `kprobe__do_unlinkat`, `xdp_prog`. */
function functionName(
  { def, target }: SectionName,
  tracepoint: { category: string; name: string } | undefined,
): string {
  if (tracepoint) return identifier(`tracepoint__${tracepoint.category}__${tracepoint.name}`);
  const family = def.name.replace(/\..*$/, '');
  return identifier(target ? `${family}__${target.replace(/\+.*$/, '')}` : `${def.name}_prog`);
}

function identifier(text: string): string {
  return text.replace(/\W+/g, '_').replace(/_+$/, '');
}

function unusedName(view: DocumentView, name: string): string {
  const used = new Set(view.source.functions.map((fn) => fn.name));
  let candidate = name;
  for (let n = 2; used.has(candidate); n++) candidate = `${name}_${n}`;
  return candidate;
}

/** What BPF_PROG and its like unpack: the parameters of the traced function, as the kernel's BTF declares them. */
function macroParameters(index: KernelIndex, value: string, section: SectionName): readonly string[] {
  if (section.def.macro === 'BPF_KRETPROBE') return ['long ret'];
  if (section.def.macro === 'BPF_KSYSCALL')
    return syscallOf(index, value)?.fields.map(syscallParameter) ?? [];
  const found = traced(index.types, section);
  return found?.values.map((_, n) => parameterOf(found, n) ?? '') ?? [];
}

/** Snippets give `$`, `}` and `\` a meaning. */
function escaped(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
