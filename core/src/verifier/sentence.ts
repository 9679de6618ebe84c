/** Fills the sentences of the table. */

/** What a name of a sentence stands for; undefined where that is not known. */
export type Lookup = (name: string) => string | undefined;

/**
 * `{value} may be NULL[: it comes from {origin}]`: a part in brackets is left out where a name in it is not known.
 * Expressions of the source are put between backquotes, unless the sentence has them between backquotes already.
 */
export function fillSentence(template: string, lookup: Lookup): string {
  const kept = template.replace(/\[([^[\]]*\{\w+\}[^[\]]*)\]/g, (_, part: string) => {
    const names = [...part.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    return names.every((name) => lookup(name) !== undefined) ? part : '';
  });
  return fillNames(kept, lookup);
}

/** Like a sentence, but brackets are the author's: `char buf[16]`. */
export function fillNames(template: string, lookup: Lookup): string {
  return template
    .split('`')
    .map((part, at) => {
      const isCode = at % 2 === 1;
      return part.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = lookup(name);
        if (isCode) return bare(value) ?? names[name] ?? name;
        return value ?? placeholders[name] ?? '(?)';
      });
    })
    .join('`');
}

/** Where an expression of the source is needed and not known. */
const names: Readonly<Record<string, string>> = { value: 'pointer', index: 'i' };

/** Where a phrase is needed and not known. */
const placeholders: Readonly<Record<string, string>> = {
  value: 'the value',
  argument: 'the argument',
  call: 'the function',
  function: 'the function',
  origin: 'the call',
  type: 'something else',
  expected: 'something else',
};

/** An expression without its backquotes; words are no expression. */
function bare(value: string | undefined): string | undefined {
  return value === undefined ? undefined : /^`([^`]+)`$/.exec(value)?.[1];
}

export function capitalised(sentence: string): string {
  // Names stay as they are.
  return /^(?!ctx\b)[a-z]+(?:[ ,’:]|$)/.test(sentence)
    ? sentence.charAt(0).toUpperCase() + sentence.slice(1)
    : sentence;
}

export function code(expression: string): string {
  return `\`${expression}\``;
}
