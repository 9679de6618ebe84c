import { describe, expect, it } from 'vitest';
import { runSteps, type Place, type Reply, type Step } from '#client/wizard/flow';

type Answers = readonly string[];
type Told = 'next' | 'back' | 'cancel';

/** Asks nobody: does what the script says, and writes down which step was asked where. */
function scripted(
  script: readonly Told[],
  names: readonly string[],
  skipped: (name: string, a: Answers) => boolean,
) {
  const asked: string[] = [];
  const told = [...script];
  const steps = names.map((name): Step<Answers> => ({
    applies: (answers) => !skipped(name, answers),
    ask: (answers: Answers, { step, totalSteps }: Place): Promise<Reply<Answers>> => {
      asked.push(`${name} ${step}/${totalSteps}`);
      const kind = told.shift() ?? 'cancel';
      return Promise.resolve(kind === 'next' ? { kind, value: [...answers, name] } : { kind });
    },
  }));
  return { steps, asked };
}

const never = () => false;

describe('runSteps', () => {
  it('asks one after another and hands the answers on', async () => {
    const { steps, asked } = scripted(['next', 'next', 'next'], ['a', 'b', 'c'], never);
    expect(await runSteps(steps, [])).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['a 1/3', 'b 2/3', 'c 3/3']);
  });

  it('leaves out what does not apply to the answers so far, in the counts too', async () => {
    const needsA = (name: string, answers: Answers) => name === 'b' && answers.includes('a');
    const { steps, asked } = scripted(['next', 'next'], ['a', 'b', 'c'], needsA);
    expect(await runSteps(steps, [])).toEqual(['a', 'c']);
    expect(asked).toEqual(['a 1/3', 'c 2/2']);
  });

  it('goes back to the step before, over those that do not apply, and keeps the answers', async () => {
    const { steps, asked } = scripted(
      ['next', 'back', 'next', 'next'],
      ['a', 'b', 'c'],
      (name) => name === 'b',
    );
    expect(await runSteps(steps, [])).toEqual(['a', 'a', 'c']);
    expect(asked).toEqual(['a 1/2', 'c 2/2', 'a 1/2', 'c 2/2']);
  });

  it('starts in the middle, with the way back open', async () => {
    const { steps, asked } = scripted(['back', 'next', 'next'], ['a', 'b'], never);
    expect(await runSteps(steps, [], 1)).toEqual(['a', 'b']);
    expect(asked).toEqual(['b 2/2', 'a 1/2', 'b 2/2']);
  });

  it('stays where there is nothing to go back to', async () => {
    const { steps, asked } = scripted(['back', 'next'], ['a'], never);
    expect(await runSteps(steps, [])).toEqual(['a']);
    expect(asked).toEqual(['a 1/1', 'a 1/1']);
  });

  it('gives no answers when the user leaves', async () => {
    const { steps } = scripted(['next', 'cancel'], ['a', 'b'], never);
    expect(await runSteps(steps, [])).toBeUndefined();
  });
});
