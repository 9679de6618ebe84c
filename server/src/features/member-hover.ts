/** Hover on a member of a kernel struct: `tgid` of `task->real_parent->tgid` and of `BPF_CORE_READ(task, real_parent, tgid)`. */
import { describeMember } from '../describe/member';
import { structName } from '../members/members';
import { shifted } from '../members/steps';
import { likelyReceiver } from '../members/types';
import type { DocumentView } from '../view';
import type { Hover } from './hover';

export function memberHover(view: DocumentView, offset: number): Hover | undefined {
  const { index } = view.kernel;
  const found = index.types.empty ? undefined : view.source.expressions.memberAt(offset);
  if (found === undefined || (view.besideClangd && found.member.macro === undefined)) return undefined;
  const struct = likelyReceiver(view, found.member);
  const member = struct?.kind === 'kernel' ? struct.members.get(found.member.name) : undefined;
  if (!struct || !member) return undefined;
  const markdown = describeMember(index, structName(struct), member);
  return { markdown, span: shifted(found.member.nameSpan, found.start) };
}
