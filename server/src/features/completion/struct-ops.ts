/** In `SEC(".struct_ops") struct X x = { .init = (void *)f }`: what the kernel's X has, and the programs to put there. */
import { isInComment } from '../../analysis/cursor-tokens';
import type { Token } from '../../analysis/lexer';
import type { StructMember, TypeIndex } from '#core/btf/types';
import { opsSection, operationUses, structIn } from '../../traced/operation-uses';
import { operationsNamed, operationStructs, pointedPrototype } from '../../traced/struct-ops';
import type { DocumentView } from '../../view';
import type { CompletionItem, CompletionList } from './item';
import { isClangds, outsideCursor } from './outside-cursor';

/** Undefined where the cursor stands in no such initializer. */
export function completeOperations(view: DocumentView, offset: number): CompletionList | undefined {
  const cursor = outsideCursor(view, offset);
  if (cursor === undefined || isClangds(view, cursor)) return undefined;
  const { before, replace } = cursor;
  const open = initializer(before);
  const head = open === undefined ? [] : headOf(before, open);
  const struct = structIn(head);
  if (open === undefined || struct === undefined || !isOperations(head) || isInComment(view.text, offset))
    return undefined;
  const { types } = view.kernel.index;
  if (!operationStructs(types).includes(struct)) return undefined;
  const inside = before.slice(open + 1);
  const items = itemsBehind(view, struct, inside, replace);
  return items && { items, incomplete: false };
}

/** The brace of `= {` that is open at the end, with no other inside. */
function initializer(tokens: readonly Token[]): number | undefined {
  for (let at = tokens.length - 1; at > 0; at--) {
    const text = tokens[at]?.text;
    if (text === '}' || text === ';') return undefined;
    if (text === '{') return tokens[at - 1]?.text === '=' ? at : undefined;
  }
  return undefined;
}

/** The declaration that the brace belongs to. */
function headOf(tokens: readonly Token[], open: number): readonly Token[] {
  const before = tokens.slice(0, open);
  return before.slice(
    before.findLastIndex(({ text, kind }) => /^[;{}]$/.test(text) || kind === 'directive') + 1,
  );
}

const isOperations = (head: readonly Token[]): boolean =>
  head.some(
    ({ kind, text }, n) =>
      kind === 'string' && head[n - 2]?.text === 'SEC' && opsSection.test(text.slice(1, -1)),
  );

function itemsBehind(
  view: DocumentView,
  struct: string,
  inside: readonly Token[],
  replace: CompletionItem['replace'],
): readonly CompletionItem[] | undefined {
  const written = inside.slice(-5).map(({ text }) => text);
  if (/[{,]?\.$/.test(written.join('')) && /^(?:,|undefined)$/.test(String(written.at(-2))))
    return members(view, struct, inside, replace);
  const start = /(=|=\(void\*\)|=\(void\*\)&|=&)$/.exec(
    inside
      .slice(-6)
      .map(({ text }) => text)
      .join(''),
  )?.[1];
  if (start === undefined)
    return inside.length === 0 || written.at(-1) === ','
      ? members(view, struct, inside, replace, '.')
      : undefined;
  const at = inside.findLastIndex(({ text }) => text === '=');
  const member = inside[at - 1]?.text ?? '';
  return operationsNamed(view.kernel.index.types, member, struct).length === 0
    ? undefined
    : programs(view, member, start, replace);
}

/** Functions first, then what a program can set besides. */
function members(
  { kernel }: DocumentView,
  struct: string,
  inside: readonly Token[],
  replace: CompletionItem['replace'],
  lead = '',
): readonly CompletionItem[] {
  const { types } = kernel.index;
  const set = new Set(inside.flatMap(({ text }, n) => (inside[n - 1]?.text === '.' ? [text] : [])));
  const all = (types.struct(struct)?.members ?? []).filter(({ name }) => name !== '' && !set.has(name));
  const functions = all.filter(({ name }) => operationsNamed(types, name, struct).length > 0);
  const values = all.filter((member) => valueOf(types, member) !== undefined);
  return [...functions, ...values].map((member) => ({
    label: lead + member.name,
    labelDescription: types.declaration(member.type, '').trim(),
    kind: functions.includes(member) ? 'function' : 'field',
    detail: types.declaration(member.type, member.name),
    replace,
    newText: `${lead}${member.name} = ${valueOf(types, member) ?? '(void *)$0'},`,
    snippet: true,
    ...(functions.includes(member) && { reopen: true as const }),
  }));
}

/** Text and numbers; what else there is belongs to the kernel. */
function valueOf(types: TypeIndex, member: StructMember): string | undefined {
  if (pointedPrototype(types, member) !== undefined) return undefined;
  const length = types.arrayLength(types.resolve(member.type));
  const element = length === undefined ? undefined : types.target(types.resolve(member.type));
  if (element) return types.integer(element)?.size === 1 ? '"$0"' : undefined;
  return types.integer(member.type) && length === undefined ? '$0' : undefined;
}

/** Those that no member has yet first, and of those what is named like it. */
function programs(
  { source }: DocumentView,
  member: string,
  start: string,
  replace: CompletionItem['replace'],
): readonly CompletionItem[] {
  const used = new Set(operationUses(source).flatMap(({ program }) => program ?? []));
  const all = source.programs.filter(({ section }) => /^\??struct_ops\b/.test(section.value));
  const rank = ({ section, function: fn }: (typeof all)[number]): number =>
    (used.has(fn.name) ? 2 : 0) + (section.value.endsWith(`/${member}`) || fn.name.endsWith(member) ? 0 : 1);
  return [...all]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ section, function: fn }) => ({
      label: fn.name,
      labelDescription: section.value,
      kind: 'function',
      replace,
      newText: `${start === '=' ? '(void *)' : ''}${fn.name}`,
      filterText: fn.name,
    }));
}
