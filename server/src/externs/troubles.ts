/** Variables that a file or its compiled object declares with `__ksym` or `__kconfig`, and that libbpf does not load. */
import { relocationsOf } from '#core/elf/reader';
import { sectionNamed } from '#core/elf/elf';
import type { BpfObject } from '#core/elf/bpf-object';
import { settingTrouble } from '#core/object/externs';
import type { SettingTrouble, SettingType } from '#core/object/externs';
import type { LinkedProgram } from '#core/object/link';
import type { ObjectVerdict } from '#core/object/verdict';
import type { TypeIndex } from '#core/btf/types';
import { tokenize } from '../analysis/lexer';
import type { ExternDef } from '../analysis/model';
import { writtenType } from '../analysis/types';
import type { DocumentView } from '../view';
import { isCertainlyUsed } from './uses';

/** `absent`: the kernel's BTF has no such variable. `other`: it is of another kind there. */
export interface ExternTrouble {
  readonly name: string;
  readonly trouble: 'absent' | 'other' | SettingTrouble;
}

/** As the compiled object declares them, those of headers too. */
export function troublesOfObject({ externs }: ObjectVerdict): readonly ExternTrouble[] {
  const { variables, settings } = externs;
  return [
    ...variables.flatMap(({ name, weak, state }): readonly ExternTrouble[] => {
      // Of another kind is refused, whether it is weak or not.
      if (state === 'other') return [{ name, trouble: 'other' }];
      return (state === 'absent' || state === 'unknown') && !weak ? [{ name, trouble: 'absent' }] : [];
    }),
    ...settings.flatMap(({ name, trouble }) => (trouble ? [{ name, trouble }] : [])),
  ];
}

/** As the text declares them, of those that are certainly used: clang leaves out the others. */
export function troublesOfSource(view: DocumentView): readonly ExternTrouble[] {
  const { types } = view.kernel.index;
  return view.source.externs.flatMap((declared): readonly ExternTrouble[] => {
    const trouble = declared.kind === 'setting' ? ofSetting(declared) : ofVariable(types, declared);
    return trouble !== undefined && isCertainlyUsed(view, declared.name)
      ? [{ name: declared.name, trouble }]
      : [];
  });
}

function ofVariable(
  types: TypeIndex,
  { name, type, isArray, weak }: ExternDef,
): ExternTrouble['trouble'] | undefined {
  if (types.empty || (type === 'void' && !isArray)) return undefined;
  const { btf } = types;
  const id = btf.find('var', name);
  if (id === 0) return weak ? undefined : 'absent';
  const kind = types.kind(types.resolve({ types, id: btf.type(id) }));
  const written = isArray ? undefined : writtenType(tokenize(type));
  if (written === undefined || written.pointers > 0) return undefined;
  // A tag may be of a struct that is only declared, and a word a typedef of anything.
  const isOther =
    (written.base.kind === 'struct' && written.base.tag && kind !== 'struct') ||
    (written.base.kind === 'scalar' && kind !== 'int');
  return isOther ? 'other' : undefined;
}

function ofSetting({ name, type, isArray, weak }: ExternDef): SettingTrouble | undefined {
  const written = settingType(type, isArray);
  const trouble = settingTrouble(name, weak, written ?? { kind: 'int', size: 8 });
  return written === undefined && trouble !== 'name' ? undefined : trouble;
}

/** Undefined for what may be a typedef of anything. */
function settingType(type: string, isArray: boolean): SettingType | undefined {
  if (isArray) return type === 'char' ? { kind: 'string', size: 1 } : undefined;
  if (type === 'enum libbpf_tristate') return { kind: 'tristate', size: 4 };
  if (type === 'bool' || type === '_Bool') return { kind: 'bool', size: 1 };
  const { base, pointers } = writtenType(tokenize(type));
  if (pointers > 0 || (base.kind === 'struct' && base.tag)) return { kind: 'unknown', size: 8 };
  if (base.kind !== 'scalar') return undefined;
  return { kind: base.size === 1 ? 'char' : 'int', size: base.size };
}

/** The first instruction that takes the address of one. */
export function firstUseOf(
  { elf }: BpfObject,
  { programs }: ObjectVerdict,
  name: string,
): { readonly program: LinkedProgram; readonly at: number } | undefined {
  const places = new Set(
    elf.sections.flatMap((section) =>
      (sectionNamed(elf, section.name) === section ? relocationsOf(elf, section) : [])
        .filter(({ symbol }) => symbol.section === 0 && symbol.name === name)
        .map(({ offset }) => `${section.name} ${offset}`),
    ),
  );
  for (const { program } of programs) {
    const at = program.code.findIndex(({ section, offset }) => places.has(`${section} ${offset}`));
    if (at >= 0) return { program, at };
  }
  return undefined;
}
