/** What kernels refuse, as SARIF: the place of the refusal, and where its cause is, as related locations. */
import type { Explanation, Label } from '#core/verifier/model';
import { ruleDescription } from '#core/verifier/rule-description';
import type { Fixes } from '../fixes';
import { spanOf } from './excerpt';
import { artifact, sarifFixes, sarifLog } from './sarif-log';

export interface Refusal {
  readonly explanation: Explanation;
  /** The file that it is about as far as is known: shown where no label has one. */
  readonly path: string | undefined;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface RefusalsRun {
  readonly refusals: readonly Refusal[];
  readonly shown: (file: string) => string;
  /** Edits to propose; none unless given. */
  readonly fixes?: Fixes;
  /** Why there is no verdict: of a host, of a tool. */
  readonly failures?: readonly { readonly code: string; readonly message: string }[];
  readonly properties?: object;
}

export function refusalsSarif({ refusals, shown, fixes, failures = [], properties }: RefusalsRun): string {
  const ids = [...new Set(refusals.map(({ explanation }) => explanation.rule))];
  return sarifLog({
    rules: ids.map(rule),
    invocations: [
      {
        executionSuccessful: failures.length === 0,
        ...(failures.length > 0 && {
          toolExecutionNotifications: failures.map(({ code, message }) => ({
            level: 'error',
            descriptor: { id: code },
            message: { text: message },
          })),
        }),
      },
    ],
    ...(properties && { properties }),
    results: refusals.map((refusal) => ({
      ...result(refusal, ids.indexOf(refusal.explanation.rule), shown),
      ...sarifFixes((fixes?.(refusal.explanation) ?? []).map((fix) => ({ ...fix, path: shown(fix.file) }))),
    })),
  });
}

function rule(id: string) {
  const described = ruleDescription(id);
  return {
    id,
    ...(described && {
      shortDescription: { text: described.text },
      ...(described.help !== '' && { help: { text: described.help } }),
    }),
    defaultConfiguration: { level: 'error' },
  };
}

function result(
  { explanation, path, properties }: Refusal,
  ruleIndex: number,
  shown: (file: string) => string,
) {
  const { rule: ruleId, sentence, help, labels, kernelText, program } = explanation;
  const [first, ...causes] = labels.filter(({ position }) => position.text.trim() !== '');
  return {
    ruleId,
    ruleIndex,
    level: 'error',
    message: { text: help === '' ? sentence : `${sentence} ${help}` },
    locations: [
      {
        ...physical(first, path, shown),
        ...(program !== undefined && { logicalLocations: [{ name: program, kind: 'function' }] }),
        ...(first && { message: { text: first.text } }),
      },
    ],
    ...(causes.length > 0 && {
      relatedLocations: causes.map((label, at) => ({
        id: at + 1,
        ...physical(label, path, shown),
        message: { text: label.text },
      })),
    }),
    properties: { ...properties, kernel: kernelText },
  };
}

function physical(label: Label | undefined, path: string | undefined, shown: (file: string) => string) {
  const position = label?.position;
  const file = position?.file === undefined ? path : shown(position.file);
  if (file === undefined) return {};
  const { start, end } = position ? spanOf(position) : { start: 0, end: 0 };
  return {
    physicalLocation: {
      artifactLocation: artifact(file),
      ...(position?.line !== undefined && {
        region: {
          startLine: position.line,
          startColumn: start + 1,
          endColumn: end + 1,
          snippet: { text: position.text },
        },
      }),
    },
  };
}
