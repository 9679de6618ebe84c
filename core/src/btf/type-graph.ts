/** What it takes to walk from a type to its bytes. BTF answers it, and so do the debug types of an object. */
import type { Btf } from './btf';

export type TypeGraph = Pick<
  Btf,
  | 'littleEndian'
  | 'pointerSize'
  | 'kind'
  | 'name'
  | 'flag'
  | 'ownSize'
  | 'type'
  | 'array'
  | 'int'
  | 'members'
  | 'enumerators'
>;

/** One type of a graph. */
export interface GraphType {
  readonly types: TypeGraph;
  readonly id: number;
}
