/** What a pointer that may be NULL is on the ways to a statement. */

/** `absent`: not taken yet. `unchecked`: it may be NULL. */
export type State = 'absent' | 'unchecked' | 'held' | 'null' | 'released';

/** The states that it can be in; true for those that the verifier certainly sees there. */
export type States = ReadonlyMap<State, boolean>;

/** Behind what always leaves. */
export const nowhere: States = new Map();

/**
 * Behind a test: what was unchecked is `becomes`, what is its opposite does not come here.
 * @param possible the verifier certainly comes here with what the variable was before
 */
export function whereKnown(states: States, becomes: 'held' | 'null', possible: boolean): States {
  const without = becomes === 'held' ? 'null' : 'held';
  return new Map(
    [...states].flatMap(([state, sure]): [State, boolean][] => {
      if (state === without) return [];
      if (state === 'unchecked') return [[becomes, sure || (states.get(becomes) ?? false)]];
      return [[state, sure && (state === becomes || (state === 'absent' && possible))]];
    }),
  );
}

/** Where a way may not be there at all, no state of it is sure. */
export const known = (states: States, sure: boolean): States =>
  sure ? states : new Map([...states].map(([state]) => [state, false]));

export function union(one: States, other: States): States {
  const all = new Map(one);
  for (const [state, sure] of other) all.set(state, sure || (all.get(state) ?? false));
  return all;
}

/** One state for all that come here, as sure as the surest of them. */
export function become(states: States, state: State): States {
  return states.size === 0 ? nowhere : new Map([[state, isSure(states)]]);
}

export const isSure = (states: States): boolean => [...states.values()].includes(true);
