/** One member of a struct in Markdown: what it is, where the target kernel has it. */
import type { KernelIndex } from '#core/kernel/model';
import type { KernelMember } from '../members/members';
import { code, inline, paragraphs } from './markdown';
import { provenanceLine } from './provenance';

/** @param owner `struct task_struct` */
export function describeMember(kernel: KernelIndex, owner: string, found: KernelMember): string {
  const { member } = found;
  const bits = member.bitSize === undefined ? '' : ` : ${member.bitSize}`;
  const tags = kernel.types.tags(member.type);
  return paragraphs([
    code(`${kernel.types.declaration(member.type, member.name)}${bits};`),
    `${inline(member.name)} of ${inline(owner)}: ${place(found)}`,
    tags.length === 0 ? undefined : `Tagged ${tags.map(inline).join(', ')}`,
    `*${provenanceLine(kernel.provenance)}*`,
  ]);
}

function place({ member, bitOffset }: KernelMember): string {
  if (member.bitSize !== undefined) {
    const byte = Math.floor(bitOffset / 8);
    return `bit ${bitOffset} (bit ${bitOffset - byte * 8} of byte ${byte}), ${count(member.bitSize, 'bit')}`;
  }
  return `offset ${bitOffset / 8}, ${member.size === 0 ? 'no size' : count(member.size, 'byte')}`;
}

const count = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;
