/** Types of expressions, as far as they lead to structs. */
import type { StructLayout, TypeRef } from '#core/btf/types';
import type { StructDef } from '../analysis/model';
import type { KernelMember } from './members';

export type CType =
  | { readonly kind: 'struct'; readonly struct: Struct }
  | { readonly kind: 'pointer' | 'array'; readonly to: CType | undefined }
  /** Any type of the target kernel. */
  | { readonly kind: 'kernel'; readonly ref: TypeRef };

export type Struct =
  /**
   * One that libbpf relocates to the target's own. `def` is the program's own declaration of it, where it has one: what
   * its members are to the compiler.
   */
  | {
      readonly kind: 'kernel';
      readonly tag: string;
      readonly layout: StructLayout;
      /** By name, those of anonymous structs and unions too. */
      readonly members: ReadonlyMap<string, KernelMember>;
      readonly def?: StructDef;
      /** Written as `tag___flavour`. */
      readonly flavour: boolean;
    }
  /** One of the program's own, with offsets that are fixed at compile time. */
  | { readonly kind: 'source'; readonly def: StructDef };
