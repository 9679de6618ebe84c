/** Explanations of refusals: for people, with the lines of the source, and for programs. */
import { styleText } from 'node:util';
import type { Explanation } from '#core/verifier/model';
import { excerpt, gutterOf, spanOf } from './excerpt';
import type { Drawing } from './excerpt';

export interface ExplanationOptions extends Drawing {
  /** Where it was said, where there are several hosts. */
  readonly host?: string;
}

export function explanationText(explanation: Explanation, options: ExplanationOptions): string {
  const { rule, sentence, program, kernelText, help } = explanation;
  const { colour, host } = options;
  const labels = explanation.labels.filter(({ position }) => position.text.trim() !== '');
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text) : text;
  const indent = ' '.repeat(gutterOf(labels));
  const notes = [
    ['program', program ?? ''],
    ['kernel', kernelText],
    ['help', help],
  ].filter(([, text]) => text !== '');
  const source = excerpt(labels, options);
  return [
    `${host === undefined ? '' : `${host}: `}${paint(['bold', 'red'], `error[${rule}]`)}: ${paint(['bold'], sentence)}`,
    ...source,
    ...(source.length > 0 ? [paint(['bold', 'blue'], `${indent} |`)] : []),
    ...notes.map(
      ([name = '', text = '']) =>
        `${indent} ${paint(['bold', 'blue'], '=')} ${paint(['bold'], name)}: ${text}`,
    ),
    '',
  ].join('\n');
}

/** Lines and columns from 1. A label without a file is a line of source that the log shows. */
export function explanationData(explanation: Explanation, shown: (file: string) => string) {
  const { rule, program, sentence, labels, help, kernelText, instruction } = explanation;
  return {
    rule,
    ...(program !== undefined && { program }),
    message: sentence,
    help,
    kernel: kernelText,
    ...(instruction !== undefined && { instruction }),
    labels: labels.map(({ position, text }) => {
      const { start, end } = spanOf(position);
      const { file, line } = position;
      return {
        ...(file !== undefined && { file: shown(file) }),
        ...(line !== undefined && { start: { line, column: start + 1 }, end: { line, column: end + 1 } }),
        source: position.text.trim(),
        message: text,
      };
    }),
  };
}
