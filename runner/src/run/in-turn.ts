/** Several hosts may ask at once, but a person answers one question after another. */
export type InTurn = <T>(ask: () => Promise<T>) => Promise<T>;

/** What it returns runs what it is given when all that came before has ended, well or not. */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (ask) => {
    const answer = last.then(ask);
    last = answer.catch(() => undefined);
    return answer;
  };
}
