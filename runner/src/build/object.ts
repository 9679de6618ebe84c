/** Whether an object is one that the target's kernel can take. */
import { EM_BPF } from '#core/elf/elf';
import { readElf } from '#core/elf/reader';
import { RunFailure } from '../failure/failure';
import { clangTarget } from './architecture';

/** Throws where it is not. */
export function checkObject(object: Uint8Array, machine: string, name: string): void {
  const { value: elf, problems } = readElf(object);
  const [problem] = problems;
  if (problem && elf.sections.length === 0) {
    throw new RunFailure(
      'object-unusable',
      `${name} is no BPF object: ${problem.message}`,
      'Build it with clang -target bpf -g -O2 -c.',
    );
  }
  if (elf.machine !== EM_BPF) {
    throw new RunFailure(
      'wrong-architecture',
      `${name} is built for a processor (ELF machine ${elf.machine}), not for BPF`,
      'Build it with clang -target bpf.',
    );
  }
  const target = clangTarget(machine);
  if (elf.littleEndian !== (target === 'bpf')) {
    throw new RunFailure(
      'wrong-architecture',
      `${name} is ${elf.littleEndian ? 'little' : 'big'}-endian, and ${machine} is not`,
      `Build it with clang -target ${target}.`,
    );
  }
}
