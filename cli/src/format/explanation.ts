/** Explanations of refusals: for people, with the lines of the source, and for programs. */
import { styleText } from 'node:util';
import type { Explanation } from '#core/verifier/model';
import type { Fixes, ProposedFix } from '../fixes';
import { changedLines } from './changed-lines';
import { excerpt, gutterOf, spanOf } from './excerpt';
import type { Drawing } from './excerpt';
import { positionAt } from './report';

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
    ...(options.fixes?.(explanation) ?? []).flatMap((fix) => fixText(fix, colour)),
    '',
  ].join('\n');
}

/** The lines that it changes, as a patch has them. */
function fixText({ title, text, edits }: ProposedFix, colour: boolean): readonly string[] {
  const changes = changedLines(text, edits);
  const gutter = Math.max(...changes.map(({ line }) => String(line).length));
  const paint = (style: Parameters<typeof styleText>[0], words: string) =>
    colour ? styleText(style, words) : words;
  return [
    `${paint(['bold', 'cyan'], 'fix')}: ${paint(['bold'], title)}`,
    ...changes.map(({ kind, line, text: own }) => {
      const [sign, style] = kind === 'added' ? (['+', 'green'] as const) : (['-', 'red'] as const);
      return paint(
        [style],
        `${String(line).padStart(gutter)} ${sign} ${own.replaceAll('\t', '    ')}`.trimEnd(),
      );
    }),
  ];
}

/** Lines and columns from 1. A label without a file is a line of source that the log shows. */
export function explanationData(
  explanation: Explanation,
  { shown, fixes }: { readonly shown: (file: string) => string; readonly fixes?: Fixes | undefined },
) {
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
    ...(fixes && {
      fixes: fixes(explanation).map(({ title, preferred, file, text, edits }) => ({
        title,
        preferred,
        file: shown(file),
        edits: edits.map(({ span, newText }) => ({
          start: positionAt(text, span.start),
          end: positionAt(text, span.end),
          newText,
        })),
      })),
    }),
  };
}
