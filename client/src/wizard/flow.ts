/**
 * A wizard as a list of steps, without any UI: which step comes next, what Back leads to, how many there are.
 * Answers are a value that each step hands on, so that going back loses nothing.
 */

/** What a user does with one question. */
export type Reply<T> =
  { readonly kind: 'next'; readonly value: T } | { readonly kind: 'back' } | { readonly kind: 'cancel' };

/** Where a question stands among those that are asked. */
export interface Place {
  /** From 1. */
  readonly step: number;
  /** Of the steps that apply to the answers so far. */
  readonly totalSteps: number;
}

export interface Step<A> {
  /** False where the answers so far leave nothing to ask. */
  applies(answers: A): boolean;
  /** Gives the answers with its own among them. */
  ask(answers: A, place: Place): Promise<Reply<A>>;
}

/**
 * Asks step by step.
 * @param start the step to begin with; Back leads to those before it
 * @returns the last step's answers; undefined where the user cancelled
 */
export async function runSteps<A>(steps: readonly Step<A>[], initial: A, start = 0): Promise<A | undefined> {
  let answers = initial;
  let index = following(steps, answers, start, 1);
  for (;;) {
    const step = steps[index];
    if (step === undefined) return answers;
    const reply = await step.ask(answers, placeOf(steps, answers, index));
    if (reply.kind === 'cancel') return undefined;
    if (reply.kind === 'next') {
      answers = reply.value;
      index = following(steps, answers, index + 1, 1);
    } else {
      const previous = following(steps, answers, index - 1, -1);
      if (previous >= 0) index = previous;
    }
  }
}

/** The first step that applies, from `index` on in one direction; outside of the list where none does. */
function following<A>(steps: readonly Step<A>[], answers: A, index: number, direction: 1 | -1): number {
  let at = index;
  while (steps[at]?.applies(answers) === false) at += direction;
  return at;
}

function placeOf<A>(steps: readonly Step<A>[], answers: A, index: number): Place {
  const applying = steps.filter((step, at) => at === index || step.applies(answers));
  const current = steps[index];
  return { step: applying.findIndex((step) => step === current) + 1, totalSteps: applying.length };
}
