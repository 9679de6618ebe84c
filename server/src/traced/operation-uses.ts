/** Which functions of the kernel's tables the programs of a file are: `SEC(".struct_ops") struct X x = { .init = (void *)f }`. */
import { tokenize, type Token } from '../analysis/lexer';
import { endOfGroup } from '../analysis/mask';
import type { SectionSite, SourceAnalysis } from '../analysis/model';
import { contains } from '../view';

export interface OperationUse {
  /** Without what follows three underscores. */
  readonly struct: string;
  readonly member: Token;
  /** The function that the member is given; undefined for another value. */
  readonly program?: string;
}

/** Read once for a version of the document. */
const made = new WeakMap<SourceAnalysis, readonly OperationUse[]>();

export function operationUses(source: SourceAnalysis): readonly OperationUse[] {
  const found = made.get(source) ?? usesOf(source.text, source.sections);
  made.set(source, found);
  return found;
}

/** The one whose member is there. */
export function operationAt({ text, lookup }: SourceAnalysis, offset: number): OperationUse | undefined {
  return usesOf(text, lookup.at(offset).sections).find(({ member }) => contains(member, offset));
}

const usesOf = (text: string, sections: readonly SectionSite[]): readonly OperationUse[] =>
  sections.flatMap((section) =>
    opsSection.test(section.value) && !section.conditional ? usesBehind(text, section.span) : [],
  );

/** The only member that a program is given to. */
export function operationOf(source: SourceAnalysis, program: string): OperationUse | undefined {
  const [first, ...others] = operationUses(source).filter((use) => use.program === program);
  const isSame = others.every(
    ({ struct, member }) => struct === first?.struct && member.text === first.member.text,
  );
  return isSame ? first : undefined;
}

export const opsSection = /^\??\.struct_ops(?:\.link)?$/;

function usesBehind(
  text: string,
  section: { readonly start: number; readonly end: number },
): readonly OperationUse[] {
  const before = tokenize(text, text.lastIndexOf('\n', section.start) + 1, section.start);
  const end = text.indexOf(';', section.end);
  const behind = tokenize(text, section.end, end < 0 ? text.length : end);
  const open = behind.findIndex((token) => token.text === '{');
  const struct = structIn([...before.slice(-4), ...behind.slice(0, Math.max(open, 0))]);
  if (struct === undefined || behind[open - 1]?.text !== '=') return [];
  const inside = behind.slice(open + 1, endOfGroup(behind, open) - 1);
  if (inside.some(({ kind }) => kind === 'directive')) return [];
  return inside.flatMap((member, n): readonly OperationUse[] => {
    if (
      inside[n - 1]?.text !== '.' ||
      inside[n + 1]?.text !== '=' ||
      !/^(?:,|undefined)$/.test(String(inside[n - 2]?.text))
    )
      return [];
    const comma = inside.findIndex((token, at) => at > n && token.text === ',');
    const value = inside.slice(n + 2, comma < 0 ? inside.length : comma);
    const last = value.at(-1);
    const isPlain = /^(?:\(void\*\))?&?$/.test(
      value
        .slice(0, -1)
        .map((token) => token.text)
        .join(''),
    );
    return [{ struct, member, ...(last?.kind === 'word' && isPlain && { program: last.text }) }];
  });
}

/** `struct X name`, whatever stands around it. */
export function structIn(tokens: readonly Token[]): string | undefined {
  const at = tokens.findLastIndex(({ text }) => text === 'struct');
  const [tag, name] = tokens.slice(at + 1);
  return at >= 0 && tag?.kind === 'word' && name?.kind === 'word'
    ? tag.text.replace(/(?<=[^_])___[^_].*$/, '')
    : undefined;
}
