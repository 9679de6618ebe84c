/** In a function's body, from `bpf_` on: the kernel's helpers, those that the program must not call last. */
import { parseSectionName } from '#core/bpf/section-name';
import type { SectionDef } from '#core/bpf/sections';
import { isInComment, tokensBefore } from '../../analysis/cursor-tokens';
import { endOfWord } from '../../analysis/lexer';
import { availabilityOn, isForSleepable } from '../../helpers/availability';
import { helperNamed, helperNames, type Helper } from '../../helpers/helpers';
import { programsAt } from '../../helpers/programs-at';
import { contains, type DocumentView, type KernelView } from '../../view';
import type { CompletionItem } from './item';
import { withMark } from './mark';

const prefix = 'bpf_';
const maxItems = 30;

export interface HelperItems {
  readonly callable: readonly CompletionItem[];
  /** Those that the verifier refuses here. */
  readonly refused: readonly CompletionItem[];
}

/** Undefined where no such name is being typed. */
export function completeHelper(view: DocumentView, offset: number): HelperItems | undefined {
  const { text, source } = view;
  const tokens = tokensBefore(text, offset);
  const word = tokens.at(-1);
  if (word?.kind !== 'word' || word.end !== offset || isInComment(text, offset)) return undefined;
  if (/^(?:->|\.|struct|union|enum|goto)$/.test(tokens.at(-2)?.text ?? '')) return undefined;
  if (!source.lookup.at(offset).functions.some(({ bodySpan }) => contains(bodySpan, offset)))
    return undefined;
  // Nothing yet, but clients are to ask again.
  if (!word.text.startsWith(prefix))
    return prefix.startsWith(word.text) ? { callable: [], refused: [] } : undefined;
  const replace = { start: word.start, end: endOfWord(text, offset) };
  const kinds = kindsAt(view, offset);
  const callable: CompletionItem[] = [];
  const refused: CompletionItem[] = [];
  for (const helper of matching(word.text)) {
    const said = refusal(view.kernel, helper, kinds);
    const list = said === undefined ? callable : refused;
    list.push(helperItem(helper, replace, word.text, said ?? described(view.kernel, helper, kinds)));
    if (callable.length === maxItems) break;
  }
  return { callable, refused: refused.slice(0, maxItems - callable.length) };
}

/** What the programs that come to the cursor are, each kind once. Empty where that is not known of all of them. */
export function kindsAt({ source }: DocumentView, offset: number): readonly SectionDef[] {
  const defs = programsAt(source, offset).map(({ section }) => parseSectionName(section.value)?.def);
  const known = defs.filter((def) => def !== undefined);
  return known.length === defs.length ? [...new Set(known)] : [];
}

function refusedAs({ index }: KernelView, helper: Helper, def: SectionDef): 'absent' | 'refused' | undefined {
  const answer = availabilityOn(index)(helper, def);
  return answer === 'available' ? undefined : answer;
}

/** Why no program that comes here may call it. */
function refusal(kernel: KernelView, helper: Helper, kinds: readonly SectionDef[]): string | undefined {
  const [first] = kinds;
  const answers = kinds.map((def) => refusedAs(kernel, helper, def));
  if (first === undefined || answers.includes(undefined)) return undefined;
  if (answers.includes('absent')) return `not on ${kernel.label}`;
  if (kinds.every((def) => !def.sleepable && isForSleepable(helper, def)))
    return 'for programs that may sleep';
  return kinds.length === 1 ? `not for ${first.name}` : 'not for these programs';
}

/** With the kernels on which no program that comes here may call it, or those of the programs that may not. */
function described(kernel: KernelView, helper: Helper, kinds: readonly SectionDef[]): string {
  const not = kinds.filter((def) => refusedAs(kernel, helper, def) !== undefined);
  if (not.length > 0) return `BPF helper, not for ${not.map(({ name }) => name).join(', ')}`;
  const missing = kernel.others.filter((other) => refusal(other, helper, kinds) !== undefined);
  return withMark('BPF helper', missing, kernel);
}

/** Those that begin as typed, then those with the typed words anywhere. */
function matching(typed: string): readonly Helper[] {
  const words = typed.slice(prefix.length).split('_');
  const [begin, others] = [true, false].map((begins) =>
    helperNames.filter(
      (name) =>
        name.startsWith(typed) === begins && words.every((part) => name.includes(part, prefix.length)),
    ),
  );
  return [...(begin ?? []), ...(others ?? [])].flatMap((name) => helperNamed(name) ?? []);
}

function helperItem(
  { name, prototype }: Helper,
  replace: CompletionItem['replace'],
  typed: string,
  description: string,
): CompletionItem {
  return {
    label: name,
    labelDetail: prototype.slice(prototype.indexOf('(')),
    labelDescription: description,
    kind: 'function',
    detail: prototype,
    replace,
    newText: name,
    filterText: typed,
    subject: { kind: 'helper', name },
  };
}
