/** The map that the value was looked up in. */
import { callAt } from './calls';
import type { VerdictFix } from './model';
import { assignedVariable, before } from './statements';

export const ownMap: VerdictFix = {
  rules: ['map-inner-mismatch'],
  fix({ stop, text }) {
    const call = callAt(text, stop.statement.tokens, stop.offset);
    const [timer, map] = call?.arguments ?? [];
    const variable = /^&(\w+)->\w+$/.exec(timer?.text ?? '')?.[1];
    if (!call || !/^bpf_(?:timer|wq)_init$/.test(call.name) || !map || variable === undefined)
      return undefined;
    const origin = before(stop.statement).findLast((one) => assignedVariable(one) === variable);
    const lookup = origin && callAt(text, origin.head, origin.span.end);
    const own = lookup?.name === 'bpf_map_lookup_elem' ? lookup.arguments[0]?.text : undefined;
    if (own === undefined || own === map.text) return undefined;
    return {
      title: `Pass \`${own}\`, the map that \`${variable}\` is in`,
      edits: [{ span: map.span, newText: own }],
      preferred: true,
    };
  },
};
