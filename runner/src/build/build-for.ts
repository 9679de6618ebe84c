/** A build for one host, with a vmlinux.h that is the host's own where the project has none. */
import type { HostFacts } from '#core/agent/protocol';
import { RunFailure } from '../failure/failure';
import type { Builder } from './builder';
import type { BuildResult } from './clang';
import type { HeaderCache, KernelBuild, KernelHeader } from './header-cache';

/** The agent on the host, as far as a build needs it. */
export interface TypesOfHost {
  readonly facts: HostFacts;
  vmlinux(): Promise<Buffer>;
}

/**
 * Begins before the agent is there, with the vmlinux.h of a run before, and waits for it only where there is none, or
 * to see that it is still the right one. The result is `built` or `failed`.
 */
export async function buildFor(
  builder: Builder,
  kernel: KernelBuild,
  headers: HeaderCache,
  agent: Promise<TypesOfHost>,
): Promise<Exclude<BuildResult, { kind: 'needs-header' }>> {
  const kept = await headers.find(kernel);
  const first = await builder.build(kernel.machine, kept);
  if (first.kind === 'failed') return first;
  const types = await agent;
  const { facts } = types;
  const isRight = kept === undefined || facts.btf === null || facts.btf.hash === kept.btf;
  if (first.kind === 'built' && isRight) return first;
  const header = await fetchHeader(kernel, headers, types);
  const second = await builder.build(kernel.machine, header);
  if (second.kind === 'needs-header') throw noHeader(facts);
  return second;
}

async function fetchHeader(
  kernel: KernelBuild,
  headers: HeaderCache,
  types: TypesOfHost,
): Promise<KernelHeader> {
  const { facts } = types;
  if (facts.btf) return headers.keep(kernel, facts.btf.hash, await types.vmlinux());
  const other = await headers.any(kernel.machine);
  if (other) return other;
  throw noHeader(facts);
}

function noHeader({ release }: HostFacts): RunFailure {
  return new RunFailure(
    'vmlinux-missing',
    `the program includes vmlinux.h: the project has none, and ${release} has no BTF to make one from`,
    'Put a vmlinux.h beside the program (bpftool btf dump file /sys/kernel/btf/vmlinux format c, on a kernel with BTF), or run on a kernel with CONFIG_DEBUG_INFO_BTF=y.',
  );
}
