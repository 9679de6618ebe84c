/** What a program of a raw tracepoint, a kernel function, an LSM hook or a table of functions gets, in Markdown. */
import type { KernelIndex } from '#core/kernel/model';
import { declarationOf, parameterOf, type Traced } from '../traced/prototype';
import { code, inline, paragraphs } from './markdown';
import { provenanceLine } from './provenance';

/** The prototype as C has it, and how its parameters are reached. */
export function describeTraced(index: KernelIndex, traced: Traced, macro: string): string {
  const parameters = traced.values.map((_, n) => parameterOf(traced, n) ?? '');
  const returns = traced.returns ? traced.types.declaration(traced.returns, '').trim() : 'int';
  const prototype = `${returns} ${macro}(${['name', ...parameters].join(', ')})`;
  return paragraphs([
    code(prototype),
    `The parameters of ${traced.what}, as the kernel's BTF declares them.`,
    `*${provenanceLine(index.provenance)}*`,
  ]);
}

/** One argument. `read`: the expression that reads it, where the program names it by number. */
export function describeArgument(
  index: KernelIndex,
  traced: Traced,
  n: number,
  read?: string,
): string | undefined {
  const declaration = declarationOf(traced, n);
  if (declaration === undefined) return undefined;
  const place = n === traced.returned ? `what ${traced.what} returns` : `argument ${n + 1} of ${traced.what}`;
  return paragraphs([
    code(declaration),
    read === undefined ? `${place[0]?.toUpperCase() ?? ''}${place.slice(1)}` : `${inline(read)} is ${place}`,
    `*${provenanceLine(index.provenance)}*`,
  ]);
}
