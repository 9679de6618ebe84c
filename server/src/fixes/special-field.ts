/** The member that a call is for: `&value->lock` where another address was passed. */
import { callAt, callsIn, spelled } from './calls';
import { declarationOf, structOf } from './declared';
import type { Edit, FixContext, Place, VerdictFix } from './model';
import { statementsIn } from './statements';

const members: readonly [call: RegExp, type: string][] = [
  [/^bpf_spin_(?:un)?lock$/, 'struct bpf_spin_lock'],
  [/^bpf_timer_(?:init|set_callback|start|cancel)$/, 'struct bpf_timer'],
  [/^bpf_wq_(?:init|set_callback(?:_impl)?|start)$/, 'struct bpf_wq'],
  [/^bpf_list_(?:push|pop)_(?:front|back)(?:_impl)?$/, 'struct bpf_list_head'],
  [/^bpf_rbtree_(?:add(?:_impl)?|first|remove)$/, 'struct bpf_rb_root'],
];

export const specialField: VerdictFix = {
  rules: ['lock-object', 'graph-argument'],
  fix(c) {
    const { stop, text } = c;
    const call = callAt(text, stop.statement.tokens, stop.offset);
    const [given] = call?.arguments ?? [];
    const [pattern, type] = members.find(([name]) => name.test(call?.name ?? '')) ?? [];
    const variable = /^(?:\([^()]*\*\)\s*)?(?:&(\w+)->\w+|(\w+))$/.exec(given?.text ?? '');
    const name = variable?.[1] ?? variable?.[2];
    if (!given || !pattern || type === undefined || name === undefined) return undefined;
    const member = onlyMember(c, stop, name, type);
    const newText = `&${name}->${member ?? ''}`;
    if (member === undefined || given.text === newText) return undefined;
    const own = [...statementsIn(stop.body)].flatMap(({ kind, head }) =>
      kind === 'simple' ? callsIn(text, head) : [],
    );
    const edits = own.flatMap((each): Edit[] => {
      const [first] = each.arguments;
      return first && pattern.test(each.name) && spelled(first.tokens) === spelled(given.tokens)
        ? [{ span: first.span, newText }]
        : [];
    });
    return edits.length === 0 ? undefined : { title: `Pass \`${newText}\``, edits, preferred: true };
  },
};

/** The one member of this type in the struct that a variable points to. */
export function onlyMember(c: FixContext, place: Place, variable: string, type: string): string | undefined {
  const declared = declarationOf(c, place, variable);
  if (declared?.pointers !== 1 || declared.isArray) return undefined;
  const fields =
    structOf(c, declared.type)?.fields.filter(
      (field) => field.type === type && field.dimensions.length === 0,
    ) ?? [];
  return fields.length === 1 && !fields[0]?.isPointer ? fields[0]?.name : undefined;
}
