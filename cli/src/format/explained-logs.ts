/** What `explain` prints, in one format or another. */
import type { Explanation, ProgramLog, VerifierOutput } from '#core/verifier/model';
import type { Fixes } from '../fixes';
import type { SourceFiles } from '../sources';
import { explanationData, explanationText } from './explanation';
import { refusalsSarif } from './explanation-sarif';

export interface ExplainedLogs {
  readonly output: VerifierOutput;
  readonly explanations: readonly Explanation[];
  readonly sources: SourceFiles;
  readonly fixes: Fixes;
  /** The file of the log. */
  readonly log: string | undefined;
  readonly colour: boolean;
}

type Format = (logs: ExplainedLogs) => string;

const text: Format = ({ output, explanations, sources, fixes, colour }) => {
  const drawing = {
    colour,
    fixes,
    shown: (file: string) => sources.shown(file),
    source: (file: string) => sources.lines(file),
  };
  const blocks = [
    ...explanations.map((explanation) => explanationText(explanation, drawing)),
    ...output.programs.filter(({ refused }) => !refused).map(acceptedText),
  ];
  return blocks.join('\n');
};

function acceptedText({ program, truncated, cost }: ProgramLog): string {
  const name = program ?? 'the program';
  if (truncated || !cost) return `${name}: the log has no refusal, but is not complete\n`;
  return `${name}: accepted, ${cost.processed} of at most ${cost.limit} instructions processed\n`;
}

const json: Format = ({ output, explanations, sources, fixes }) => {
  const shown = (file: string) => sources.shown(file);
  const value = {
    version: 1,
    programs: output.programs.map(({ program, refused, truncated, cost }) => ({
      ...(program !== undefined && { program }),
      refused,
      truncated,
      ...(cost && { cost }),
    })),
    explanations: explanations.map((one) => explanationData(one, { shown, fixes })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
};

const sarif: Format = ({ explanations, sources, fixes, log }) =>
  refusalsSarif({
    refusals: explanations.map((explanation) => ({ explanation, path: log })),
    shown: (file) => sources.shown(file),
    fixes,
  });

export const explainedLogs = { text, json, sarif } as const;
