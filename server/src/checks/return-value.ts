/** A constant that a program of this section must not return: the verifier refuses it. */
import { parseSectionName } from '#core/bpf/section-name';
import { returnValues, type ReturnValue } from '#core/bpf/return-values';
import type { Program, SourceAnalysis } from '../analysis/model';
import { allowedReturns, type Range } from '../returns/allowed';
import { nameOf } from '../returns/describe';
import { certainReturns, type Returned } from '../returns/returned';
import type { DocumentView } from '../view';
import { byProgram } from './by-program';
import type { Finding } from './check';
import { unlessSilentBefore } from './silence';

export const returnValue = byProgram({ code: 'return-value' }, unlessSilentBefore('return-value', findings));

function findings({ source, kernel }: DocumentView, program: Program): readonly Finding[] {
  const name = parseSectionName(program.section.value);
  const range = name && allowedReturns(name, kernel.index);
  if (name === undefined || range === undefined) return [];
  const isAllowed = ({ value }: { readonly value: number }) => range.min <= value && value <= range.max;
  // Hooks of true and false mean something else by 0 than the others do.
  const isBoolean = name.def.attachType === 'BPF_LSM_MAC' && range.max === 1;
  const meanings = isBoolean ? [] : returnValues(name.def).filter(isAllowed).map(withoutMacro(source));
  return certainReturns(source, program)
    .filter((returned) => !isAllowed(returned))
    .map((returned) => finding(program, range, meanings, returned));
}

/** A macro that the file does not have is a number. */
function withoutMacro({ constants, includes }: SourceAnalysis) {
  return ({ value, name, header, text }: ReturnValue): ReturnValue => {
    const isKnown =
      header === undefined || constants.has(name ?? '') || includes.some(({ path }) => path === header);
    return { value, text, ...(isKnown && name !== undefined && { name }) };
  };
}

function finding(
  { section }: Program,
  range: Range,
  meanings: readonly ReturnValue[],
  { span, value }: Returned,
): Finding {
  const written = range.min === range.max ? `only ${range.min}` : `only ${range.min} to ${range.max}`;
  return {
    code: 'return-value',
    span,
    severity: 'error',
    dependsOnKernel: range.dependsOnKernel,
    message: `A program of ${section.value} may return ${written}, and this is ${value}: the verifier refuses it.`,
    ...(meanings.length > 0 && {
      advice: `${meanings.map((one) => `${nameOf(one)} ${one.text.replaceAll('`', '')}`).join('; ')}.`,
    }),
    fixes: meanings.map((one) => ({
      title: `Return ${nameOf(one)}: ${one.text.replaceAll('`', '')}`,
      edits: [{ span, newText: nameOf(one) }],
      preferred: meanings.length === 1,
    })),
  };
}
