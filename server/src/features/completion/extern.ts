/**
 * Variables that libbpf fills in: behind `extern`, those of the kernel and those that libbpf makes up; in a program, the per-CPU ones
 * as arguments of the helpers that take them, and what libbpf makes up, declared with the first use.
 */
import { isInComment } from '../../analysis/cursor-tokens';
import { endOfWord } from '../../analysis/lexer';
import { madeUpSettings, type MadeUpSetting } from '../../externs/settings';
import { externText, variableNamed, variableNames, type Variable } from '../../externs/variables';
import { contains, type DocumentView } from '../../view';
import { declarationEdit } from './declaration';
import type { CompletionItem, CompletionList } from './item';
import { outsideCursor } from './outside-cursor';

const maxItems = 40;

/** Undefined where the cursor is in no declaration of one, or none is so called. */
export function completeExtern(view: DocumentView, offset: number): CompletionList | undefined {
  const cursor = outsideCursor(view, offset);
  if (cursor === undefined) return undefined;
  const { before, typed, replace } = cursor;
  const from = before.findLastIndex(({ text }) => /^[;{}]$/.test(text)) + 1;
  const words = before.slice(from).filter(({ kind }) => kind !== 'directive');
  if (words[0]?.text !== 'extern' || words.some(({ text }) => !/^(?:\w+|\*)$/.test(text))) return undefined;
  if (isInComment(view.text, offset)) return undefined;
  const isTag = /^(?:struct|union|enum)$/.test(words.at(-1)?.text ?? '');
  if (isTag || words.some(({ text }) => text.startsWith('__k'))) return undefined;
  const type = words.slice(1).filter(({ text }) => !/^(?:const|volatile)$/.test(text));
  const isConst = words.some(({ text }) => text === 'const');
  const isEnded = /^[ \t]*(?:;|\[|__k)/.test(view.text.slice(replace.end, replace.end + 40));
  /** @param declaration `extern const struct rq runqueues __ksym;` */
  const item = (name: string, declaration: string, description: string): CompletionItem => {
    const [, whole = '', section = ''] = /^extern (.*) (__k\w+);$/.exec(declaration) ?? [];
    const own = type.length > 0 ? name : isConst ? whole.replace(/^const /, '') : whole;
    return {
      ...{ label: name, labelDescription: description, kind: 'constant', detail: declaration, replace },
      newText: isEnded ? own : `${own} ${section};`,
      filterText: name,
    };
  };
  const items = [
    ...settings(typed).map((one) => item(one.name, one.declaration, 'libbpf')),
    ...variables(view, typed).map((one) => item(one.name, externText(one), described(one))),
  ];
  return listOf(items);
}

/** Undefined where none is being typed. */
export function completeExternUse(view: DocumentView, offset: number): CompletionList | undefined {
  const { text, source } = view;
  if (!source.lookup.at(offset).functions.some(({ bodySpan }) => contains(bodySpan, offset)))
    return undefined;
  const line = text.slice(Math.max(0, offset - 80), offset);
  const argument = /\bbpf_(?:per|this)_cpu_ptr\s*\(\s*(&?)\s*(\w*)$/.exec(line);
  const typed = argument?.[2] ?? /(?<![\w.>])LIN\w*$/.exec(line)?.[0];
  if (typed === undefined) return undefined;
  const replace = { start: offset - typed.length, end: endOfWord(text, offset) };
  const lead = argument?.[1] === '' ? '&' : '';
  if (isInComment(text, offset)) return undefined;
  const declared = new Set(source.externs.map(({ name }) => name));
  const item = (name: string, declaration: string, description: string): CompletionItem => ({
    ...{ label: name, labelDescription: description, kind: 'constant', detail: declaration, replace },
    ...{ newText: argument ? `${lead}${name}` : name, filterText: typed === '' ? name : typed },
    ...(!declared.has(name) && { additionalEdits: [declarationEdit(view, declaration)] }),
  });
  const items = argument
    ? variables(view, typed)
        .filter(({ isPerCpu }) => isPerCpu)
        .map((one) => item(one.name, externText(one), described(one)))
    : settings(typed).map((one) => item(one.name, one.declaration, 'libbpf'));
  const isNew = ({ label }: CompletionItem) => !view.besideClangd || !declared.has(label);
  return listOf(items.filter(isNew));
}

const listOf = (items: readonly CompletionItem[]): CompletionList | undefined =>
  items.length > 0 ? { items: items.slice(0, maxItems), incomplete: true } : undefined;

const settings = (typed: string): readonly MadeUpSetting[] =>
  madeUpSettings.filter(({ name }) => name.startsWith(typed));

/** Those that begin as typed, then those with it anywhere. */
function variables({ kernel }: DocumentView, typed: string): readonly Variable[] {
  const { types } = kernel.index;
  const all = variableNames(types).filter((name) => name.includes(typed));
  const ordered = [
    ...all.filter((name) => name.startsWith(typed)),
    ...all.filter((name) => !name.startsWith(typed)),
  ];
  return ordered.slice(0, maxItems).flatMap((name) => variableNamed(types, name) ?? []);
}

const described = ({ isPerCpu }: Variable): string => (isPerCpu ? 'per-CPU variable' : 'kernel variable');
