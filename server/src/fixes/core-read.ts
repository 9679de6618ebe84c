/** `BPF_CORE_READ(task, real_parent, tgid)` for a pointer that the verifier does not know. */
import type { TypeIndex, TypeRef } from '#core/btf/types';
import { declarationOf } from './declared';
import { chainAt } from './expressions';
import { includeEdit } from './include';
import type { VerdictFix } from './model';

export const coreRead: VerdictFix = {
  rules: ['untrusted-pointer'],
  fix(c) {
    const { text, stop, types } = c;
    const chain = chainAt(stop.statement.tokens, stop.offset);
    const declared = chain && declarationOf(c, stop, chain.base);
    if (
      declared?.pointers !== 1 ||
      declared.isArray ||
      /\bsizeof\b/.test(text.slice(stop.statement.span.start, chain?.span.start))
    )
      return undefined;
    if (!chain || !isScalar(types, declared.type, chain.steps)) return undefined;
    const newText = `BPF_CORE_READ(${[chain.base, ...chain.steps].join(', ')})`;
    return {
      title: `Read it with \`${newText}\``,
      edits: [...includeEdit(c, 'bpf/bpf_core_read.h', 'BPF_CORE_READ'), { span: chain.span, newText }],
      preferred: true,
    };
  },
};

/** A number or a pointer at the end of the way, in the target kernel: arrays and structs are no values of an expression. */
function isScalar(types: TypeIndex, type: string, steps: readonly string[]): boolean {
  const tag = /^struct (\w+)$/.exec(type)?.[1];
  let layout = tag === undefined ? undefined : types.struct(tag);
  let ref: TypeRef | undefined;
  const members = steps.flatMap((step, i) =>
    step.split('.').map((name, n) => ({ name, follows: i > 0 && n === 0 })),
  );
  for (const { name, follows } of members) {
    if (follows) {
      const to =
        ref && types.kind(types.resolve(ref)) === 'ptr' ? types.target(types.resolve(ref)) : undefined;
      layout = to && types.layout(to);
    } else if (ref) layout = types.layout(ref);
    const member = layout && findMember(types, layout, name);
    if (!member || member.bitSize !== undefined) return false;
    ref = member.type;
  }
  return ref !== undefined && /^(?:int|ptr|enum|enum64)$/.test(types.kind(types.resolve(ref)));
}

type Layout = NonNullable<ReturnType<TypeIndex['layout']>>;

function findMember(types: TypeIndex, layout: Layout, name: string): Layout['members'][number] | undefined {
  for (const member of layout.members) {
    if (member.name === name) return member;
    const inner = member.name === '' ? types.layout(member.type) : undefined;
    const found = inner && findMember(types, inner, name);
    if (found) return found;
  }
  return undefined;
}
