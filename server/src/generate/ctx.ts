/** The type of a program's ctx: the kernel's struct, or one of the file's own where there is none. */
import { fieldFacts, syscallSide } from '#core/kernel/fields';
import type { TracepointFormat } from '#core/kernel/model';
import type { StructDef } from '../analysis/model';
import type { KernelView } from '../view';
import type { RecordMember } from './model';
import { subjectOf } from './names';
import { declarationOf } from './record';
import { scalarOf } from './scalar';
import type { TypeSource } from './type-source';

export interface CtxPlan {
  /** `struct trace_event_raw_sched_switch *` */
  readonly type: string;
  /** The struct to define, where no header does; its name may be changed. */
  readonly local?: { readonly tag: string; text(tag: string): string };
}

/** @param members that the program reads */
export function planCtx(
  format: TracepointFormat,
  kernel: KernelView,
  source: TypeSource,
  members: readonly string[],
): CtxPlan {
  const struct = kernel.ctxStruct(format);
  const tags = struct === undefined ? [] : [struct.name, ...struct.alsoRight];
  const tag = tags.find((name) => source.defines(name) && hasMembers(source.definition(name), members));
  if (tag !== undefined) return { type: `struct ${tag} *` };
  const side = syscallSide(format);
  const local = side === undefined ? `${subjectOf(format.name)}_args` : `sys_${side}_args`;
  return { type: `struct ${local} *`, local: { tag: local, text: (name) => localStruct(name, format) } };
}

/** A vmlinux.h of another kernel may have the struct without a member; one that cannot be looked at has it all. */
function hasMembers(definition: StructDef | undefined, members: readonly string[]): boolean {
  return members.every((member) => definition?.fields.some(({ name }) => name === member) ?? true);
}

/** The record as the format lays it out, by the names that the kernel's struct has. */
function localStruct(tag: string, format: TracepointFormat): string {
  const members: Member[] = [{ type: '__u64', name: 'common' }];
  let end = 8;
  let gaps = 0;
  const place = (offset: number, size: number, member: Member) => {
    if (offset > end) members.push({ type: '__u8', name: `pad${gaps++}`, length: offset - end });
    members.push(member);
    end = offset + size;
  };
  const side = syscallSide(format);
  if (side !== undefined) {
    members.push({ type: '__s64', name: 'id' });
    members.push(
      side === 'enter' ? { type: '__u64', name: 'args', length: 6 } : { type: '__s64', name: 'ret' },
    );
  } else {
    for (const field of format.fields) {
      if (field.size === 0 || field.offset < end) continue;
      const { type, size } = scalarOf(field.size / (field.arrayLength ?? 1), field.signed);
      const plain = field.arrayLength === undefined && size === field.size && field.offset % size === 0;
      const whole = field.arrayLength !== undefined && size * field.arrayLength === field.size;
      const element = whole && size === 1 && field.elementType === 'char' ? 'char' : type;
      if (fieldFacts(format, field).value === 'kernel-pointer')
        place(field.offset, field.size, { type: 'const void *', name: field.memberName });
      else if (plain) place(field.offset, size, { type, name: field.memberName });
      else if (whole && field.offset % size === 0)
        place(field.offset, field.size, { type: element, name: field.memberName, length: field.arrayLength });
      else place(field.offset, field.size, { type: '__u8', name: field.memberName, length: field.size });
    }
  }
  const text = [`struct ${tag} {`, ...members.map((member) => `\t${declarationOf(member)}`), '};'].join('\n');
  return side === undefined ? `/* events/${format.category}/${format.name}/format */\n${text}` : text;
}

type Member = Pick<RecordMember, 'type' | 'name' | 'length'>;
