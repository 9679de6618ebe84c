/** A host's facts, read as somebody would who wants to run BPF programs there. */
import type { HostFacts } from '#core/agent/protocol';
import type { HostFinding } from '../model';
import { bpfCapabilities, mayLoad, mayAttachNetworking } from '../text/capabilities';

type Look = (facts: HostFacts) => HostFinding | undefined;

const looks: readonly Look[] = [
  ({ release, machine }) => ok('kernel', `Linux ${release}, ${machine}`),
  privileges,
  capabilities,
  btf,
  tracefs,
  bpffs,
  lockdown,
  memlock,
  jit,
  config,
];

export function hostFindings(facts: HostFacts): readonly HostFinding[] {
  return looks.flatMap((look) => look(facts) ?? []);
}

function ok(what: string, found: string): HostFinding {
  return { what, state: 'ok', found };
}

function privileges({ uid, capabilities, container }: HostFacts): HostFinding {
  const found = `the agent runs as user ${uid}`;
  if (mayLoad(capabilities)) return ok('privileges', container ? `${found}, in a container` : found);
  return {
    what: 'privileges',
    state: 'problem',
    found: `${found} without CAP_BPF and CAP_PERFMON${container ? ', in a container' : ''}`,
    help:
      uid === 0
        ? 'Run on the host itself, or in a privileged container.'
        : 'Connect as root, or allow sudo for this user.',
  };
}

function capabilities({ capabilities: effective }: HostFacts): HostFinding {
  const found = bpfCapabilities(effective).join(', ') || 'none that BPF asks for';
  if (mayAttachNetworking(effective)) return ok('capabilities', found);
  return {
    what: 'capabilities',
    state: mayLoad(effective) ? 'warning' : 'problem',
    found,
    help: mayLoad(effective)
      ? 'Programs of the network, as XDP and tc, are attached with CAP_NET_ADMIN only.'
      : 'Programs need CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN; those of the network CAP_NET_ADMIN too.',
  };
}

function btf({ btf: found, release }: HostFacts): HostFinding {
  if (found) return ok('BTF', `/sys/kernel/btf/vmlinux, ${(found.size / 1e6).toFixed(1)} MB`);
  return {
    what: 'BTF',
    state: 'problem',
    found: `${release} has none`,
    help: 'Boot a kernel with CONFIG_DEBUG_INFO_BTF=y: CO-RE, fentry and vmlinux.h need it.',
  };
}

function tracefs({ tracefs: found }: HostFacts): HostFinding {
  if (found?.private === true) {
    return {
      what: 'tracefs',
      state: 'ok',
      found: 'not mounted; the agent mounts it for itself alone',
    };
  }
  if (found) return ok('tracefs', found.path);
  return {
    what: 'tracefs',
    state: 'problem',
    found: 'not mounted, and the agent could not mount it',
    help: 'mount -t tracefs tracefs /sys/kernel/tracing; a kernel without CONFIG_TRACING has none.',
  };
}

/** Nothing here is pinned; loaders that are used elsewhere may pin. */
function bpffs({ bpffs: isMounted }: HostFacts): HostFinding {
  if (isMounted) return ok('bpffs', '/sys/fs/bpf');
  return {
    what: 'bpffs',
    state: 'warning',
    found: 'not mounted on /sys/fs/bpf',
    help: 'Only what is pinned needs it: mount -t bpf bpf /sys/fs/bpf.',
  };
}

function lockdown({ lockdown: mode }: HostFacts): HostFinding | undefined {
  if (mode === 'none' || mode === 'unknown') return ok('lockdown', 'none');
  if (mode === 'integrity') {
    return {
      what: 'lockdown',
      state: 'warning',
      found: mode,
      help: 'Programs that write user memory (bpf_probe_write_user) are refused.',
    };
  }
  return {
    what: 'lockdown',
    state: 'problem',
    found: mode,
    help: 'Programs must not read kernel memory: boot without Secure Boot, or with lockdown=none.',
  };
}

/** Kernels from 5.11 on count BPF memory by cgroup instead. */
function memlock({ memlock: limit, release }: HostFacts): HostFinding {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  if (major > 5 || (major === 5 && minor >= 11))
    return ok('locked memory', 'this kernel does not count BPF as locked memory');
  if (limit === null) return ok('locked memory', 'no limit');
  const found = `at most ${Math.round(limit / 1024)} kB`;
  if (limit >= 64 * 1024 * 1024) return ok('locked memory', found);
  return {
    what: 'locked memory',
    state: 'warning',
    found,
    help: 'Maps and programs count as locked memory on this kernel: ulimit -l unlimited, as root.',
  };
}

/** Nothing to say where the setting is not there: the network namespace is not the first one, or the kernel has no JIT. */
function jit({ sysctl }: HostFacts): HostFinding | undefined {
  if (sysctl.bpfJitEnable === null) return undefined;
  if (sysctl.bpfJitEnable !== '0') return ok('JIT', 'on');
  return {
    what: 'JIT',
    state: 'warning',
    found: 'off',
    help: 'Programs are interpreted, and some kinds refused: sysctl net.core.bpf_jit_enable=1.',
  };
}

const needed: Readonly<Record<string, string>> = {
  CONFIG_BPF_SYSCALL: 'no BPF at all without it',
  CONFIG_BPF_EVENTS: 'no tracepoint, kprobe or perf event programs without it',
  CONFIG_FTRACE_SYSCALLS: 'no events of system calls without it',
};

/** Nothing to say where the host does not tell its configuration. */
function config({ config: options }: HostFacts): HostFinding | undefined {
  if (Object.keys(options).length === 0) return undefined;
  const missing = Object.keys(needed).filter((name) => options[name] === undefined || options[name] === 'n');
  if (missing.length === 0) return ok('configuration', 'what BPF tracing needs is built in');
  return {
    what: 'configuration',
    state: 'problem',
    found: `${missing.join(', ')} not set`,
    help: missing.map((name) => `${name}: ${needed[name] ?? ''}`).join('; '),
  };
}
