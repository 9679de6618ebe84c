/** Which return values the verifier takes: check_return_code() and check_attach_btf_id() of the kernel's verifier.c. */
import { programKind } from '#core/bpf/program-kind';
import type { SectionName } from '#core/bpf/sections';
import type { KernelIndex } from '#core/kernel/model';
import { seriesOf } from '../helpers/series';

export interface Range {
  readonly min: number;
  readonly max: number;
  /** The kernel's version, or a hook of the kernel, decides it. */
  readonly dependsOnKernel: boolean;
}

const range = (min: number, max: number, dependsOnKernel = false): Range => ({ min, max, dependsOnKernel });

/** Of the program types of which every program is judged alike. */
const types: ReadonlySet<string> = new Set(
  [
    'CGROUP_SKB',
    'CGROUP_SOCK',
    'CGROUP_SOCK_ADDR',
    'CGROUP_DEVICE',
    'CGROUP_SYSCTL',
    'CGROUP_SOCKOPT',
  ].concat(['SOCK_OPS', 'SK_LOOKUP', 'NETFILTER']),
);

/** BPF programs cannot return a number other than these hooks' true and false. */
const booleanHooks = new Set(['xfrm_state_pol_flow_match', 'audit_rule_known', 'inode_xattr_skipcap']);

const maxErrno = 4095;

/** Undefined where everything is allowed, or where it is not known. */
export function allowedReturns({ def, target }: SectionName, index: KernelIndex): Range | undefined {
  const [type = '', attach = ''] = programKind(def)?.split(' ') ?? [];
  if (type === 'LSM') return ofHook(attach, target ?? '', index);
  // Before there were sessions, the kernel took such programs for others.
  if (attach.endsWith('_SESSION') && !hasAttachType(index, `BPF_${attach}`)) return undefined;
  switch (attach) {
    case 'TRACE_FENTRY':
    case 'TRACE_FEXIT':
      return range(0, 0);
    case 'TRACE_ITER':
    case 'TRACE_KPROBE_SESSION':
    case 'TRACE_UPROBE_SESSION':
      return range(0, 1);
    case 'CGROUP_INET_EGRESS':
      return range(0, 3);
    case 'CGROUP_INET4_BIND':
    case 'CGROUP_INET6_BIND': {
      const series = seriesOf(index.provenance.release);
      return range(0, series !== undefined && series < 5.12 ? 1 : 3, true);
    }
  }
  if (/_(?:RECVMSG|GETPEERNAME|GETSOCKNAME)$/.test(attach)) return range(1, 1);
  return types.has(type) ? range(0, 1) : undefined;
}

function hasAttachType({ types: btf }: KernelIndex, name: string): boolean {
  return btf.enumeration('bpf_attach_type')?.some((one) => one.name === name) === true;
}

function ofHook(attach: string, hook: string, { types: btf, provenance }: KernelIndex): Range | undefined {
  const prototype = btf.func(`bpf_lsm_${hook}`);
  if (prototype === undefined) return undefined;
  const returnsNothing = btf.kind(btf.resolve(prototype.returns)) === 'void';
  if (attach === 'LSM_CGROUP') return range(returnsNothing ? 1 : 0, 1, true);
  const series = seriesOf(provenance.release);
  if (returnsNothing || series === undefined || series < 6.12) return undefined;
  return booleanHooks.has(hook) ? range(0, 1, true) : range(-maxErrno, 0, true);
}
