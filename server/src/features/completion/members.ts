/** After `->` and `.`, and in the field arguments of the BPF_CORE_READ family: the members of the struct. */
import { createMatcher } from '#core/text/fuzzy';
import { sourceMembers } from '../../members/members';
import { shifted } from '../../members/steps';
import type { Struct } from '../../members/type';
import { likelyReceiver } from '../../members/types';
import type { DocumentView } from '../../view';
import type { CompletionItem, CompletionList } from './item';

interface Member {
  readonly name: string;
  readonly type: string;
}

const maxItems = 60;

/** Undefined where no member is being typed, or nobody knows of what. */
export function completeMembers(view: DocumentView, offset: number): CompletionList | undefined {
  const found = view.source.expressions.memberAt(offset);
  // clangd reads C, but not the fields of BPF_CORE_READ.
  if (found === undefined || (view.besideClangd && found.member.macro === undefined)) return undefined;
  const struct = likelyReceiver(view, found.member);
  if (!struct) return undefined;
  const name = shifted(found.member.nameSpan, found.start);
  const typed = view.text.slice(name.start, offset);
  // Where nothing has been typed, the name is none of the text.
  const replace =
    typed === '' && !/^\w/.test(view.text.slice(offset)) ? { start: offset, end: offset } : name;
  const members = membersOf(view, struct);
  const matching = typed === '' ? members : search(members, typed);
  return {
    items: matching.slice(0, maxItems).map((member) => memberItem(member, replace, typed)),
    incomplete: matching.length > maxItems || typed !== '',
  };
}

/** As the compiler sees them: the program's own declaration wins. */
function membersOf(view: DocumentView, struct: Struct): readonly Member[] {
  const { types } = view.kernel.index;
  const { def } = struct;
  if (struct.kind === 'source' || def) {
    return Array.from(sourceMembers(def?.fields ?? []), ({ name, type, dimensions, bitSize }) => ({
      name,
      type: `${type}${dimensions.map((size) => `[${size ?? ''}]`).join('')}${bits(bitSize)}`,
    }));
  }
  return Array.from(struct.members.values(), ({ member }) => ({
    name: member.name,
    type: types.declaration(member.type, '').trim() + bits(member.bitSize),
  }));
}

const bits = (size: number | undefined): string => (size === undefined ? '' : ` : ${size}`);

function search(members: readonly Member[], typed: string): readonly Member[] {
  const matcher = createMatcher(members.map(({ name }) => name));
  return matcher.search(typed, maxItems + 1).flatMap(({ index }) => members[index] ?? []);
}

function memberItem(
  { name, type }: Member,
  replace: CompletionItem['replace'],
  typed: string,
): CompletionItem {
  return {
    label: name,
    labelDescription: type,
    kind: 'field',
    replace,
    newText: name,
    filterText: typed === '' ? name : typed,
  };
}
