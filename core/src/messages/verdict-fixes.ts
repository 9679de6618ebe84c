/**
 * `ebpf/verdictFixes`: edits that make the verifier accept what it refused, for one explanation of its log. There are
 * none where no edit is sure, or where the document is no longer the text that was judged.
 */
import * as v from 'valibot';
import type { Explanation } from '../verifier/model';
import type { CustomRequest } from './custom-message';

const Label = v.object({
  /** From 1. */
  line: v.number(),
  /** From 1; 0 where it is not known. */
  column: v.number(),
  /** The line as it was compiled. */
  text: v.string(),
});

const Verdict = v.object({
  rule: v.string(),
  kernelText: v.string(),
  /** What the source calls the value that is refused, and the index that is added to it. */
  value: v.exactOptional(v.string()),
  index: v.exactOptional(v.string()),
  /** Places in the document: where the verifier stopped, then where the bad value came from. */
  labels: v.array(Label),
});
export type Verdict = v.InferOutput<typeof Verdict>;

const Position = v.object({ line: v.number(), character: v.number() });

const Params = v.object({
  /** Of a document that is open in the server. */
  uri: v.string(),
  verdict: Verdict,
});

const Result = v.array(
  v.object({
    title: v.string(),
    preferred: v.boolean(),
    edits: v.array(v.object({ range: v.object({ start: Position, end: Position }), newText: v.string() })),
  }),
);

export const verdictFixesRequest = {
  method: 'ebpf/verdictFixes',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;

/** What a fix needs of an explanation; undefined where its first place has no line. */
export function verdictOf({ rule, kernelText, value, index, labels }: Explanation): Verdict | undefined {
  const [first] = labels;
  if (first?.position.line === undefined) return undefined;
  const { file } = first.position;
  return {
    rule,
    kernelText,
    ...(value !== undefined && { value }),
    ...(index !== undefined && { index }),
    labels: labels.flatMap(({ position }) => {
      const { line, column = 0, text } = position;
      return line === undefined || position.file !== file ? [] : [{ line, column, text }];
    }),
  };
}
