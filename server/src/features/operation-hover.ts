/** A member in `SEC(".struct_ops") struct X x = { .init = … }`: what a program for it is given. */
import { describeTraced } from '../describe/traced';
import { operationAt } from '../traced/operation-uses';
import { operationsNamed, tracedOperation } from '../traced/struct-ops';
import type { DocumentView } from '../view';
import type { Hover } from './hover';

export function operationHover(view: DocumentView, offset: number): Hover | undefined {
  const { index } = view.kernel;
  const use = operationAt(view.source, offset);
  const [operation] = use ? operationsNamed(index.types, use.member.text, use.struct) : [];
  const traced = operation && tracedOperation(index.types, operation);
  if (use === undefined || traced === undefined) return undefined;
  const { start, end } = use.member;
  return { markdown: describeTraced(index, traced, 'BPF_PROG'), span: { start, end } };
}
