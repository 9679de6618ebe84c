/** The kernel's BPF helpers by name, with their parameters. */
import { HELPER_ROWS } from '#core/bpf/helpers.generated';

export interface Helper {
  /** BPF_FUNC_… */
  readonly id: number;
  readonly name: string;
  /** `long bpf_probe_read(void *dst, __u32 size, const void *unsafe_ptr)` */
  readonly prototype: string;
  readonly parameters: readonly HelperParameter[];
}

export interface HelperParameter {
  /** Empty for the `...` of a variadic helper. */
  readonly name: string;
  /** Where it stands in the prototype. */
  readonly start: number;
  readonly end: number;
}

const helpers: ReadonlyMap<string, Helper> = new Map(
  HELPER_ROWS.map(([id, name, prototype]) => [
    name,
    { id, name, prototype, parameters: parametersOf(prototype) },
  ]),
);

/** The same object each time. */
export function helperNamed(name: string): Helper | undefined {
  return helpers.get(name);
}

export function helperNumbered(id: number): Helper | undefined {
  const row = HELPER_ROWS.find(([other]) => other === id);
  return row && helperNamed(row[1]);
}

export const helperNames: readonly string[] = [...helpers.keys()];

/** No helper has a parameter with a comma in it. */
function parametersOf(prototype: string): readonly HelperParameter[] {
  const list = prototype.slice(prototype.indexOf('(') + 1, -1);
  if (list === 'void') return [];
  let start = prototype.indexOf('(') + 1;
  return list.split(', ').map((text) => {
    const parameter = { name: /(\w+)$/.exec(text)?.[1] ?? '', start, end: start + text.length };
    start = parameter.end + ', '.length;
    return parameter;
  });
}
