/**
 * The C that reads a field of an event from `ctx`, as a hover shows it and a generated handler has it. Every form here
 * is loaded into a real verifier by the kernel tests.
 */
import type { TypeIndex } from '../btf/types';
import { fieldFacts, type FieldFacts } from './fields';
import type { FormatField, TracepointFormat } from './model';

/** Long enough for a path that people look at; two such buffers fit the 512 bytes of the stack. */
const stringBytes = 128;
const dynamicElements = 16;
/** Of what has no known size; 512 CPUs of a mask. */
const firstBytes = 64;
/** Of one object: half of the stack. */
const objectBytes = 256;

/**
 * A declaration and, where it takes one, a call; empty where a program cannot read the field. With `types`, a struct
 * that the kernel does not have, or that is too big for the stack, is read by its first bytes.
 */
export function readExample(
  format: TracepointFormat,
  field: FormatField,
  types?: TypeIndex,
): readonly string[] {
  const facts = fieldFacts(format, field);
  if (!facts.readable) return [];
  const name = localName(field.name);
  const source = sourceOf(facts, field);
  switch (facts.value) {
    case 'user-pointer':
      return facts.isString
        ? stringCopy('user', name, stringBytes, source)
        : userCopy(name, field.type, source, types);
    case 'kernel-pointer':
      return facts.isString
        ? stringCopy('kernel', name, stringBytes, source)
        : [`${declare(field.type, name)} = ${source};`];
    case 'dynamic':
      return facts.isString
        ? stringCopy('kernel', name, stringBytes, source)
        : dynamicCopy(name, field, source, types);
    case 'array': {
      const length = field.arrayLength ?? field.size;
      if (length === 0) return [];
      const declaration = `${declare(field.arrayLength === undefined ? 'u8' : field.elementType, name)}[${length}]`;
      return facts.isString
        ? stringCopy('kernel', name, length, source)
        : copy('kernel', declaration, name, source);
    }
    case 'struct':
      return objectCopy('kernel', name, field.type, source, types);
    case 'value':
      return [
        `${declare(field.type, name)} = ${facts.argument === undefined ? '' : `(${field.type})`}${source};`,
      ];
  }
}

/** The one statement of `readExample` that reads: its last line, for where there is room for one. */
export function readExpression(
  format: TracepointFormat,
  field: FormatField,
  types?: TypeIndex,
): string | undefined {
  return readExample(format, field, types).at(-1);
}

/** The address that is copied from, or the value that is assigned. */
function sourceOf({ path, value }: FieldFacts, { dynamic }: FormatField): string {
  const member = `ctx->${path}`;
  if (value === 'user-pointer') return `(void *)${member}`;
  if (value === 'struct') return `&${member}`;
  if (dynamic === 'data_loc') return `(void *)ctx + (${member} & 0xffff)`;
  // Counted from the end of the field itself.
  if (dynamic === 'rel_loc') return `(void *)(&${member} + 1) + (${member} & 0xffff)`;
  return member;
}

type Space = 'user' | 'kernel';

function stringCopy(space: Space, name: string, bytes: number, source: string): string[] {
  return [`char ${name}[${bytes}];`, `bpf_probe_read_${space}_str(${name}, sizeof(${name}), ${source});`];
}

function copy(space: Space, declaration: string, target: string, source: string): string[] {
  const variable = target.replace('&', '');
  return [`${declaration};`, `bpf_probe_read_${space}(${target}, sizeof(${variable}), ${source});`];
}

/** One object where it is known to fit, else its first bytes. */
function objectCopy(space: Space, name: string, type: string, source: string, types?: TypeIndex): string[] {
  const tag = /^(?:const )?(struct|union) (\w+)$/.exec(type);
  if (tag?.[2] !== undefined && types?.empty === false) {
    const size = (tag[1] === 'struct' ? types.struct(tag[2]) : types.union(tag[2]))?.size;
    if (size === undefined || size > objectBytes)
      return copy(space, `u8 ${name}[${firstBytes}]`, name, source);
  }
  // What is copied into must not be const; what a copied pointer leads to may.
  const target = type.includes('*') ? type : type.replace(/^const /, '');
  return copy(space, declare(target, name), `&${name}`, source);
}

/** The first elements, the first one of structs, the first bytes of a mask. */
function dynamicCopy(name: string, field: FormatField, source: string, types?: TypeIndex): string[] {
  const { type, elementType } = field;
  if (/^(?:const )?(?:struct|union)\b[^*]*$/.test(elementType)) {
    return objectCopy('kernel', name, elementType, source, types);
  }
  const isArray = type.endsWith(']');
  const declaration = isArray
    ? `${declare(elementType, name)}[${dynamicElements}]`
    : `u8 ${name}[${firstBytes}]`;
  return copy('kernel', declaration, name, source);
}

/** What a user pointer points to, or the first bytes of it where the type does not say. */
function userCopy(name: string, type: string, source: string, types?: TypeIndex): string[] {
  const pointee = /^(.*?)\s*\*(?:\s*const)?$/.exec(type)?.[1]?.replace(/\s*const$/, '');
  if (pointee === undefined || /^(?:const )?(?:void|(?:unsigned )?char)$|[({]/.test(pointee)) {
    return copy('user', `u8 ${name}[${firstBytes}]`, name, source);
  }
  return objectCopy('user', name, pointee, source, types);
}

/** `void*`, `struct x * *` and `void (*)(void)` with the name where C wants it. */
function declare(type: string, name: string): string {
  const plain = type.replaceAll(kernelQualifier, '');
  if (plain.includes('(*)')) return plain.replace('(*)', `(*${name})`);
  const [, base, stars] = /^(.*?)((?:\s*\*)+)$/.exec(plain) ?? [];
  if (base === undefined || stars === undefined) return `${plain} ${name}`;
  return `${base} ${stars.replaceAll(/\s/g, '')}${name}`;
}

/** What vmlinux.h knows nothing of: address spaces. */
const kernelQualifier = /\b__(?:seg_[fg]s|user|kernel|percpu|iomem|rcu|force)\b\s*/g;

/** Names that the example itself needs, or that C keeps for itself. */
function localName(name: string): string {
  return /^(?:ctx|int|long|char|short|float|double|default|register|union|struct|static|const|if|do|for|u8)$/.test(
    name,
  )
    ? `${name}_value`
    : name;
}
