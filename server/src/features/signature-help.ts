/** In the call of a BPF helper: its prototype, and which parameter is being written. Works on unfinished text. */
import { isInComment, openBrackets, tokensBefore } from '../analysis/cursor-tokens';
import { helperText, parameterText } from '../describe/helper';
import type { HelperDocs } from '../helpers/docs';
import { helperNamed, type Helper } from '../helpers/helpers';
import type { TextView } from '../session/session';

export interface SignatureHelp {
  readonly label: string;
  readonly markdown: string;
  readonly parameters: readonly {
    /** In the label. */
    readonly start: number;
    readonly end: number;
    readonly markdown: string;
  }[];
  readonly active: number;
}

export async function signatureHelp(
  { text }: Pick<TextView, 'text'>,
  offset: number,
  docs: () => Promise<HelperDocs>,
): Promise<SignatureHelp | undefined> {
  const call = callAt(text, offset);
  if (call === undefined) return undefined;
  const { helper, active } = call;
  const doc = (await docs()).get(helper.name);
  return {
    label: helper.prototype,
    markdown: helperText(helper, doc),
    parameters: helper.parameters.map((parameter) => ({
      start: parameter.start,
      end: parameter.end,
      markdown: parameterText(helper, parameter.name, doc),
    })),
    active,
  };
}

function callAt(text: string, offset: number): { helper: Helper; active: number } | undefined {
  if (isInComment(text, offset)) return undefined;
  const tokens = tokensBefore(text, offset);
  for (const { at, kind, argument } of openBrackets(tokens)) {
    const callee = tokens[at - 1];
    // An index, a cast, an expression in parentheses: part of an argument.
    if (kind === '[' || callee?.kind !== 'word' || callee.text === 'sizeof') continue;
    const helper = helperNamed(callee.text);
    if (helper === undefined || /^(?:->|\.)$/.test(tokens[at - 2]?.text ?? '')) return undefined;
    const last = helper.parameters.length - 1;
    const active = helper.parameters[last]?.name === '' ? Math.min(argument, last) : argument;
    // The protocol has no "none of them" for an argument too many.
    return active > Math.max(last, 0) ? undefined : { helper, active };
  }
  return undefined;
}
