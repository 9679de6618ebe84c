/** Hover on a member of a kernel struct: `tgid` of `task->real_parent->tgid` and of `BPF_CORE_READ(task, real_parent, tgid)`. */
import { describeMember } from '../describe/member';
import { kernelMembers, structName } from '../members/members';
import { shifted } from '../members/steps';
import { Types } from '../members/types';
import type { DocumentView } from '../view';
import type { Hover } from './hover';

export function memberHover(view: DocumentView, offset: number): Hover | undefined {
  const { index } = view.kernel;
  const found = index.types.empty ? undefined : view.source.expressions.memberAt(offset);
  if (found === undefined) return undefined;
  const struct = new Types(view).receiver(found.member);
  if (struct?.kind !== 'kernel') return undefined;
  for (const member of kernelMembers(index.types, struct.layout)) {
    if (member.member.name !== found.member.name) continue;
    const markdown = describeMember(index, structName(struct), member);
    return { markdown, span: shifted(found.member.nameSpan, found.start) };
  }
  return undefined;
}
