/**
 * CO-RE: what libbpf makes of an object's instructions on a kernel. Source: libbpf's relo_core.c,
 * bpf_core_calc_relo_insn() and bpf_core_patch_insn(), and libbpf.c, bpf_object__relocate_core().
 */
import type { Btf } from '../btf/btf';
import { CLASS, INSTRUCTION_BYTES, OP, readInstructions } from '../decode/instructions';
import type { Instruction } from '../decode/instructions';
import type { BpfObject } from '../elf/bpf-object';
import type { CoreRelocation } from '../elf/btf-ext';
import { sectionNamed } from '../elf/elf';
import { findAccess, readAccess } from './access';
import type { Access } from './access';
import { findCandidates } from './candidates';
import type { Candidates } from './candidates';
import { computeValue } from './value';
import type { Value } from './value';

export type Outcome =
  /** The number that the instruction gets, as an unsigned one of 64 bits; of a load or store also the bytes it moves. */
  | { readonly kind: 'value'; readonly value: bigint; readonly size?: number }
  /** It becomes an instruction that the verifier refuses, where it can be reached. */
  | { readonly kind: 'poison'; readonly why: 'missing' | 'size' }
  /** libbpf loads nothing of the object. */
  | { readonly kind: 'error'; readonly message: string };

export interface Relocated {
  readonly relocation: CoreRelocation;
  readonly outcome: Outcome;
  /** What it means in the program's own types; undefined where libbpf cannot read it. */
  readonly local: Access | undefined;
  /** The kernel's types of that name: undefined where libbpf asks for none. */
  readonly candidates: Candidates | undefined;
  /** Versions of libbpf agree about it, and it does not depend on modules that may be loaded or not. */
  readonly certain: boolean;
}

export interface KernelTypes {
  /** With the types of modules behind its own. */
  readonly btf: Btf;
  /** These are the modules that are loaded. Else types may be there, or not, that the kernel itself does not have. */
  readonly hasAllModules: boolean;
}

/** In the order of the object, as if all its programs were loaded. */
export function relocateObject(
  object: BpfObject,
  { btf: kernel, hasAllModules }: KernelTypes,
): readonly Relocated[] {
  const known = new Map<number, Candidates>();
  const code = new Map<string, readonly Instruction[]>();
  const codeOf = (section: string): readonly Instruction[] => {
    const data = sectionNamed(object.elf, section)?.data ?? new Uint8Array(0);
    const found = code.get(section) ?? readInstructions(data, object.elf.littleEndian);
    code.set(section, found);
    return found;
  };
  return object.ext.relocations.map((relocation): Relocated => {
    const local = readAccess(object.btf, relocation);
    if (!local) {
      return result({ relocation, local }, failed(`the access ${relocation.access} cannot be read`));
    }
    if (relocation.kind === 'type_id_local') {
      return result({ relocation, local }, { kind: 'value', value: BigInt(relocation.typeId) });
    }
    const name = object.btf.name(relocation.typeId);
    if (name === '') return result({ relocation, local }, failed('types without a name are not relocated'));
    const candidates =
      known.get(relocation.typeId) ?? findCandidates(kernel, object.btf.kind(relocation.typeId), name);
    const resolved = resolveRelocation(relocation.kind, local, kernel, candidates);
    // Where some fit, libbpf forgets the others for all relocations that follow.
    const kept = typeof resolved === 'object' && resolved.ids.length > 0 ? resolved.ids : candidates.ids;
    known.set(relocation.typeId, { ...candidates, ids: kept });
    const isOwn = hasAllModules || (candidates.ids.length > 0 && !candidates.inModules);
    if (typeof resolved === 'string') {
      return { ...result({ relocation, local, candidates }, failed(resolved)), certain: isOwn };
    }
    const at = relocation.offset / INSTRUCTION_BYTES;
    const all = codeOf(relocation.section);
    const patched = patch(all[at], all[at + 1], resolved, object.btf, kernel);
    return { relocation, local, candidates, ...patched, certain: patched.certain && isOwn };
  });
}

const failed = (message: string): Outcome => ({ kind: 'error', message });

function result(
  about: Pick<Relocated, 'relocation' | 'local'> & { readonly candidates?: Candidates },
  outcome: Outcome,
): Relocated {
  return { candidates: undefined, ...about, outcome, certain: true };
}

interface Resolved {
  /** The candidates that fit. */
  readonly ids: readonly number[];
  readonly original: Value;
  readonly target: Value | 'missing';
}

/** A text where libbpf gives up. */
function resolveRelocation(
  kind: CoreRelocation['kind'],
  local: Access,
  kernel: Btf,
  { ids }: Candidates,
): Resolved | string {
  const original = computeValue(kind, local);
  if (typeof original === 'string') return `a relocation ${kind} has no meaning here`;
  const fitting: number[] = [];
  let first: { readonly access: Access; readonly value: Value | 'missing' } | undefined;
  for (const id of ids) {
    const access = findAccess(local, kind, kernel, id);
    if (access === undefined) continue;
    const value = access === 'error' ? 'error' : computeValue(kind, access);
    if (access === 'error' || value === 'error') return 'the type of the kernel cannot be compared';
    fitting.push(id);
    if (first === undefined) {
      first = { access, value };
      continue;
    }
    const isOther = access.bitOffset !== first.access.bitOffset || numberOf(value) !== numberOf(first.value);
    if (isOther) return 'several types of this name differ there';
  }
  const target = first?.value ?? computeValue(kind, undefined);
  return target === 'error' ? `a relocation ${kind} has no meaning here` : { ids: fitting, original, target };
}

const numberOf = (value: Value | 'missing'): bigint | undefined =>
  value === 'missing' ? undefined : value.value;

/** What becomes of the instruction. */
function patch(
  instruction: Instruction | undefined,
  second: Instruction | undefined,
  { original, target }: Resolved,
  local: Btf,
  kernel: Btf,
): Pick<Relocated, 'outcome' | 'certain'> {
  const sure = (outcome: Outcome): Pick<Relocated, 'outcome' | 'certain'> => ({ outcome, certain: true });
  if (instruction === undefined) return sure(failed('it is behind the end of the program'));
  if (target === 'missing') return sure({ kind: 'poison', why: 'missing' });
  const { value } = target;
  const kind = instruction.opcode & 7;
  if (kind === CLASS.load) return sure(patchWide(instruction, second, original, value));
  const isMemory = kind === CLASS.loadMemory || kind === CLASS.store || kind === CLASS.storeRegister;
  if (!isMemory) {
    const isArithmetic = (kind === 4 || kind === 7) && (instruction.opcode & 8) === 0;
    if (!isArithmetic) return sure(failed('this kind of instruction is not relocated'));
    if (isUnexpected(original, instruction.immediate)) return sure(unexpected);
    return sure({ kind: 'value', value });
  }
  if (isUnexpected(original, instruction.jump)) return sure(unexpected);
  if (value > 0x7fffn) return sure(failed(`the offset ${value} is too large for an instruction`));
  const [own, other] = [original.field, target.field];
  if (own === undefined || other === undefined || own.size === other.size) {
    return sure({ kind: 'value', value });
  }
  // From libbpf 1.6 it is the size of an array's element that counts.
  const certain = local.kind(own.type) !== 'array' && kernel.kind(other.type) !== 'array';
  const isPointer = local.kind(own.type) === 'ptr' && kernel.kind(other.type) === 'ptr';
  if (!isPointer && !(isUnsigned(local, own.type) && isUnsigned(kernel, other.type))) {
    return { outcome: { kind: 'poison', why: 'size' }, certain };
  }
  if (memorySize(instruction) !== own.size || ![1, 2, 4, 8].includes(other.size)) {
    return { outcome: failed('the bytes that it moves cannot be adjusted'), certain };
  }
  return { outcome: { kind: 'value', value, size: other.size }, certain };
}

const unexpected = failed('the instruction is not what the compiler says it is');

function isUnexpected({ value, validate }: Value, present: number): boolean {
  return validate && BigInt.asUintN(64, BigInt(present)) !== value;
}

function patchWide(
  { opcode, source, jump, immediate }: Instruction,
  second: Instruction | undefined,
  original: Value,
  value: bigint,
): Outcome {
  const isPlain =
    second?.opcode === 0 && second.destination === 0 && second.source === 0 && second.jump === 0;
  if (opcode !== OP.loadImmediate64 || source !== 0 || jump !== 0 || !isPlain) {
    return failed('this kind of instruction is not relocated');
  }
  const present =
    BigInt.asUintN(32, BigInt(immediate)) | (BigInt.asUintN(32, BigInt(second.immediate)) << 32n);
  return original.validate && present !== original.value ? unexpected : { kind: 'value', value };
}

/** BTF_INT_SIGNED alone: char and bool count as unsigned. */
function isUnsigned(btf: Btf, type: number): boolean {
  const int = btf.int(type);
  return int !== undefined && (!int.signed || int.char || int.bool);
}

/** BPF_SIZE: bits 3 and 4. */
function memorySize({ opcode }: Instruction): number {
  return [4, 2, 1, 8][(opcode >> 3) & 3] ?? 0;
}
