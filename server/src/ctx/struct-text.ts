/** The C text of a ctx struct that has exactly the record's layout, for events whose kernel struct cannot be used. */
import type { FormatField, TracepointFormat } from '#core/kernel/model';

/** `struct tag { … };` without the semicolon; every byte before a field is spelled out, so that nothing moves. */
export function contextStructText(tag: string, format: TracepointFormat): string {
  const lines: string[] = [];
  let end = 0;
  let holes = 0;
  for (const field of [...format.commonFields, ...format.fields]) {
    if (field.offset > end) lines.push(`char __pad${holes++ || ''}[${field.offset - end}];`);
    lines.push(`${declaration(field)};`);
    end = field.offset + field.size;
  }
  return `struct ${tag} {\n${lines.map((line) => `\t${line}\n`).join('')}}`;
}

/** A declaration of the size that the record gives the field: syscall arguments take 8 bytes, whatever their type. */
function declaration(field: FormatField): string {
  if (field.dynamic) return `__u32 ${field.memberName}`;
  if (field.arrayLength !== undefined) {
    const element = elementType(field);
    return `${element.type} ${field.name}[${field.size / element.size}]`;
  }
  if (field.isPointer && field.size === 8) return `${field.type} ${field.name}`.replace('* ', '*');
  const integer = integerType(field.size, field.signed);
  return integer ? `${integer} ${field.name}` : `char ${field.name}[${field.size}]`;
}

function elementType(field: FormatField): { type: string; size: number } {
  const size = field.arrayLength ? field.size / field.arrayLength : 1;
  if (field.elementType === 'char') return { type: 'char', size: 1 };
  const type = integerType(size, field.signed);
  return type ? { type, size } : { type: 'char', size: 1 };
}

function integerType(size: number, signed: boolean): string | undefined {
  return [1, 2, 4, 8].includes(size) ? `__${signed ? 's' : 'u'}${size * 8}` : undefined;
}
