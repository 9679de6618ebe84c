/** In the call of a BPF helper or a kfunc: its prototype, and which parameter is being written. Works on unfinished text. */
import { isInComment, openBrackets, tokensBefore } from '../analysis/cursor-tokens';
import { helperText, parameterText } from '../describe/helper';
import { kfuncParameterText, kfuncText } from '../describe/kfunc';
import type { HelperDocs } from '../helpers/docs';
import { helperNamed } from '../helpers/helpers';
import { kfuncNamed } from '../kfuncs/kfuncs';
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
  { text, kernel }: Pick<TextView, 'text'> & Partial<Pick<TextView, 'kernel'>>,
  offset: number,
  docs: () => Promise<HelperDocs>,
): Promise<SignatureHelp | undefined> {
  const call = callAt(text, offset);
  if (call === undefined) return undefined;
  const helper = helperNamed(call.callee);
  const kfunc = helper === undefined && kernel ? kfuncNamed(kernel.index.types, call.callee) : undefined;
  const parameters = helper?.parameters ?? kfunc?.parameters ?? [];
  const last = parameters.length - 1;
  const active = parameters[last]?.name === '' ? Math.min(call.argument, last) : call.argument;
  // The protocol has no "none of them" for an argument too many.
  if (active > Math.max(last, 0)) return undefined;
  if (helper !== undefined) {
    const doc = (await docs()).get(helper.name);
    return {
      label: helper.prototype,
      markdown: helperText(helper, doc),
      parameters: helper.parameters.map(({ name, start, end }) => ({
        start,
        end,
        markdown: parameterText(helper, name, doc),
      })),
      active,
    };
  }
  return (
    kfunc &&
    kernel && {
      label: kfunc.prototype,
      markdown: kfuncText(kernel.index, kfunc),
      parameters: kfunc.parameters.map(({ name, start, end }) => ({
        start,
        end,
        markdown: kfuncParameterText(name),
      })),
      active,
    }
  );
}

/** The innermost call of a function by its name, and which argument is being written. */
function callAt(text: string, offset: number): { callee: string; argument: number } | undefined {
  if (isInComment(text, offset)) return undefined;
  const tokens = tokensBefore(text, offset);
  for (const { at, kind, argument } of openBrackets(tokens)) {
    const callee = tokens[at - 1];
    // An index, a cast, an expression in parentheses: part of an argument.
    if (kind === '[' || callee?.kind !== 'word' || callee.text === 'sizeof') continue;
    return /^(?:->|\.)$/.test(tokens[at - 2]?.text ?? '') ? undefined : { callee: callee.text, argument };
  }
  return undefined;
}
