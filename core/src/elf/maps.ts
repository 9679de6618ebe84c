/** The maps that an object defines in `.maps`, as libbpf reads them from its BTF (`parse_btf_map_def`). */
import type { Btf } from '../btf/btf';
import { resolve } from '../btf/resolve';

export interface MapDefinition {
  readonly name: string;
  /** `BPF_MAP_TYPE_…`. */
  readonly type: number | undefined;
  readonly maxEntries: number | undefined;
  /** Types in the object's BTF, where `__type` names them. */
  readonly key: number | undefined;
  readonly value: number | undefined;
}

export function readMaps(btf: Btf): readonly MapDefinition[] {
  return btf.sectionVariables(btf.find('datasec', '.maps')).map((variable): MapDefinition => {
    const members = btf.members(resolve(btf, btf.type(variable.type)));
    const target = (name: string): number | undefined => {
      const member = members.find((one) => one.name === name);
      const pointer = member && resolve(btf, member.type);
      return pointer !== undefined && btf.kind(pointer) === 'ptr' ? btf.type(pointer) : undefined;
    };
    /** `__uint(name, n)` is `int (*name)[n]`. */
    const number = (name: string): number | undefined => {
      const array = target(name);
      return array === undefined ? undefined : btf.array(resolve(btf, array))?.length;
    };
    return {
      name: btf.name(variable.type),
      type: number('type'),
      maxEntries: number('max_entries'),
      key: target('key'),
      value: target('value'),
    };
  });
}
