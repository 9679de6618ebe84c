/**
 * The C that reads a field of an event from `ctx`, as a hover shows it and a generated handler has it. Every form here
 * is loaded into a real verifier by the kernel tests.
 */
import { fieldFacts, type FieldFacts } from './fields';
import type { FormatField, TracepointFormat } from './model';

/** Long enough for a path that people look at; two such buffers fit the 512 bytes of the stack. */
const stringBytes = 128;
const dynamicElements = 16;

/** A declaration and, where it takes one, a call; empty where a program cannot read the field. */
export function readExample(format: TracepointFormat, field: FormatField): readonly string[] {
  const facts = fieldFacts(format, field);
  if (!facts.readable) return [];
  const name = localName(field.name);
  const source = sourceOf(facts, field);
  switch (facts.value) {
    case 'user-pointer':
      return facts.isString
        ? stringCopy('user', name, stringBytes, source)
        : userCopy(name, field.type, source);
    case 'kernel-pointer':
      return facts.isString
        ? stringCopy('kernel', name, stringBytes, source)
        : [`${declare(field.type, name)} = ${source};`];
    case 'dynamic':
      return facts.isString
        ? stringCopy('kernel', name, stringBytes, source)
        : copy('kernel', `${declare(field.elementType, name)}[${dynamicElements}]`, name, source);
    case 'array': {
      const length = field.arrayLength ?? field.size;
      if (length === 0) return [];
      const declaration = `${declare(field.arrayLength === undefined ? 'u8' : field.elementType, name)}[${length}]`;
      return facts.isString
        ? stringCopy('kernel', name, length, source)
        : copy('kernel', declaration, name, source);
    }
    case 'struct':
      return copy('kernel', declare(field.type, name), `&${name}`, source);
    case 'value':
      return [
        `${declare(field.type, name)} = ${facts.argument === undefined ? '' : `(${field.type})`}${source};`,
      ];
  }
}

/** The one statement of `readExample` that reads: its last line, for where there is room for one. */
export function readExpression(format: TracepointFormat, field: FormatField): string | undefined {
  return readExample(format, field).at(-1);
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

/** What a user pointer points to, or the first bytes of it where the type does not say. */
function userCopy(name: string, type: string, source: string): string[] {
  const pointee = /^(.*?)\s*\*(?:\s*const)?$/.exec(type)?.[1]?.replace(/\s*const$/, '');
  if (pointee === undefined || /^(?:const )?(?:void|(?:unsigned )?char)$|[({]/.test(pointee)) {
    return copy('user', `u8 ${name}[64]`, name, source);
  }
  // What is copied into must not be const; what a copied pointer leads to may.
  const target = pointee.includes('*') ? pointee : pointee.replace(/^const /, '');
  return copy('user', declare(target, name), `&${name}`, source);
}

/** `void*`, `struct x * *` and `void (*)(void)` with the name where C wants it. */
function declare(type: string, name: string): string {
  if (type.includes('(*)')) return type.replace('(*)', `(*${name})`);
  const [, base, stars] = /^(.*?)((?:\s*\*)+)$/.exec(type) ?? [];
  return base === undefined || stars === undefined
    ? `${type} ${name}`
    : `${base} ${stars.replaceAll(/\s/g, '')}${name}`;
}

/** Names that the example itself needs, or that C keeps for itself. */
function localName(name: string): string {
  return /^(?:ctx|int|long|char|short|float|double|default|register|union|struct|static|const|if|do|for|u8)$/.test(
    name,
  )
    ? `${name}_value`
    : name;
}
