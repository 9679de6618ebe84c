/** What it takes to build programs on this machine. */
import { tmpdir } from 'node:os';
import { findProgram, runTool } from '../build/tool';
import type { HostFinding } from '../model';

export async function examineBuildTools(clang = 'clang'): Promise<readonly HostFinding[]> {
  const path = await findProgram(clang);
  const ssh = await findProgram('ssh');
  const compiler: readonly HostFinding[] =
    path === undefined
      ? [
          {
            what: 'clang',
            state: 'problem',
            found: `there is no ${clang}`,
            help: 'Install it (Debian: apt install clang; Fedora: dnf install clang; macOS: brew install llvm). Without it the host’s is used, where it has one.',
          },
        ]
      : [await compilerFinding(path), await headersFinding(path)];
  return [
    ...compiler,
    ssh === undefined
      ? {
          what: 'ssh',
          state: 'problem',
          found: 'there is no ssh',
          help: 'Install OpenSSH’s client (Debian: apt install openssh-client).',
        }
      : { what: 'ssh', state: 'ok', found: ssh },
  ];
}

async function compilerFinding(clang: string): Promise<HostFinding> {
  const version = await ask([clang, '--version']);
  const targets = await ask([clang, '-print-targets']);
  const found = `${clang}, ${/version \S+/.exec(version)?.[0] ?? 'version unknown'}`;
  // Before LLVM 11 there is no such option: then the first build says it.
  if (targets === '' || /^\s+bpf\s/m.test(targets)) return { what: 'clang', state: 'ok', found };
  return {
    what: 'clang',
    state: 'problem',
    found: `${found}, without BPF`,
    help: 'Install LLVM’s clang (macOS: brew install llvm) and name it with --clang or in the settings.',
  };
}

async function headersFinding(clang: string): Promise<HostFinding> {
  const includes = ['-include', 'stddef.h', '-include', 'bpf/bpf_helper_defs.h'];
  const probe = await run([
    clang,
    '-target',
    'bpf',
    '-E',
    '-Wno-everything',
    ...includes,
    '-x',
    'c',
    '/dev/null',
  ]);
  if (probe.code === 0) return { what: 'libbpf headers', state: 'ok', found: 'bpf/bpf_helpers.h' };
  return {
    what: 'libbpf headers',
    state: 'problem',
    found: 'bpf/bpf_helpers.h is not installed',
    help: 'Debian: apt install libbpf-dev; Fedora: dnf install libbpf-devel; or name their folder with -I in the settings.',
  };
}

async function ask(argv: readonly string[]): Promise<string> {
  return (await run(argv)).stdout.toString();
}

async function run(argv: readonly string[]) {
  const options = { cwd: tmpdir(), signal: AbortSignal.timeout(10_000), env: { LC_ALL: 'C' } };
  return runTool(argv, options).catch(() => ({ code: null, stdout: Buffer.alloc(0) }));
}
