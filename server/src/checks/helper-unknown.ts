/** A call of a function that nothing declares, by a name that is nearly a helper's. */
import { nearest } from '#core/text/nearest';
import { tokenize, type Token } from '../analysis/lexer';
import type { FunctionDef, Include, Span } from '../analysis/model';
import { helperNames } from '../helpers/helpers';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';

/** Kernel functions and macros of libbpf's that are as near to a helper as a slip would be. */
const others = new Set(['bpf_strcmp', 'bpf_strnchr', 'bpf_task_release', 'bpf_ct_release']);

/** Headers that declare nothing of such a name, or only what is in `others` and in the kernel's types. */
const plainHeaders =
  /^(?:linux|asm|asm-generic|uapi|netinet|sys)\/[\w/.-]+$|(?:^|\/)bpf\/|(?:^|\/)vmlinux[\w.-]*\.h$|^(?:std\w+|errno|string|limits)\.h$|(?:^|\/)bpf_(?:helpers|helper_defs|core_read|tracing|endian)\.h$/;

export const helperUnknown: Check = {
  code: 'helper-unknown',
  run: (view) => {
    const { includes, programs, functions } = view.source;
    if (programs.length === 0 || !includes.every(isPlain)) return [];
    const slips = slipsIn(view);
    if (slips.size === 0) return [];
    const declared = declaredIn(tokenize(view.text));
    return functions.flatMap((fn) =>
      calls(view, fn).flatMap((span) => {
        const name = view.text.slice(span.start, span.end);
        const names = slips.get(name);
        return names === undefined || declared.has(name) ? [] : [finding(name, names, span)];
      }),
    );
  },
};

/** Names in the text that neither helpers nor functions of the kernel have, each with the helpers that it may be meant for. */
function slipsIn({ text, kernel }: DocumentView): ReadonlyMap<string, readonly string[]> {
  const { types } = kernel.index;
  if (types.empty) return new Map();
  const names = new Set(Array.from(text.matchAll(/\bbpf_\w+(?=\s*\()/g), ([name]) => name));
  return new Map(
    [...names].flatMap((name): [string, readonly string[]][] => {
      if (helperNames.includes(name) || others.has(name)) return [];
      const meant = nearest(name, helperNames, { maxDistance: 2 });
      return meant.length === 0 || types.func(name) !== undefined ? [] : [[name, meant]];
    }),
  );
}

const isPlain = ({ path }: Include): boolean => plainHeaders.test(path);

/** Names that look like those of helpers, where they are called. */
function calls({ text }: DocumentView, fn: FunctionDef): readonly Span[] {
  if (fn.conditional) return [];
  const tokens = tokenize(text, fn.bodySpan.start, fn.bodySpan.end);
  // The preprocessor may leave any of them out.
  if (tokens.some(({ kind }) => kind === 'directive')) return [];
  return tokens.filter(
    (token, n) =>
      token.text.startsWith('bpf_') &&
      tokens[n + 1]?.text === '(' &&
      !/^(?:->|\.)$/.test(tokens[n - 1]?.text ?? ''),
  );
}

/** Words that the file has anywhere but in calls: as a function, a variable, a macro, in a macro's text. */
function declaredIn(tokens: readonly Token[]): ReadonlySet<string> {
  const declared = new Set<string>();
  for (const [n, { kind, text }] of tokens.entries()) {
    const before = tokens[n - 1];
    const isCalled = tokens[n + 1]?.text === '(' && (before?.kind !== 'word' || before.text === 'return');
    if (kind === 'directive') for (const [word] of text.matchAll(/\w+/g)) declared.add(word);
    else if (kind === 'word' && (!isCalled || before?.text === '*')) declared.add(text);
  }
  return declared;
}

function finding(name: string, names: readonly string[], span: Span): Finding {
  return {
    code: 'helper-unknown',
    span,
    severity: 'error',
    // Another kernel may have a function of this name.
    dependsOnKernel: true,
    message: `There is no BPF helper ${name}, and nothing here declares it: the program does not compile or does not load.`,
    advice: `Did you mean ${names.join(' or ')}?`,
    fixes: names.map((helper) => ({
      title: `Change to ${helper}`,
      edits: [{ span, newText: helper }],
      preferred: names.length === 1,
      portable: true,
    })),
  };
}
