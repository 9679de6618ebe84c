/** Every snippet, with every choice that it offers, compiles without a warning and passes the real verifier. */
import { expect, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { outcome } from '#support/bpf/judge';
import { loadPrograms, type ProgramVerdict } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { inParallel } from '#support/in-parallel';
import { describeUnless } from '#support/requirement';
import { programWith } from '#support/snippet-program';
import { expansionsOf, readSnippets, type Expansion } from '#support/snippets';

/** As libbpf has them since 1.2. */
const newerMacros = ['-DBPF_UPROBE=BPF_KPROBE', '-DBPF_URETPROBE=BPF_KRETPROBE'];

/** The only refusals that pass. A kernel that is built otherwise, or a loader with more to say, takes these too. */
const refusals: Readonly<Record<string, string>> = {
  // A kernel without CONFIG_KPROBES, and so without CONFIG_FPROBE.
  'bpf-kprobe': 'attach ENOENT',
  'bpf-kretprobe': 'attach ENOENT',
  'bpf-ksyscall': 'attach ENOENT',
  'bpf-kretsyscall': 'attach ENOENT',
  'bpf-kprobe-multi': 'attach EOPNOTSUPP',
  'bpf-kprobe-multi kretprobe.multi': 'attach EOPNOTSUPP',
  // A kernel that lets nobody attach to its functions, not even root: no verifier is asked.
  'bpf-fentry': 'load EPERM',
  'bpf-fentry fentry.s': 'load EPERM',
  'bpf-fexit': 'load EPERM',
  'bpf-fexit fexit.s': 'load EPERM',
  'bpf-fmod-ret': 'load EPERM',
  'bpf-fmod-ret fmod_ret.s': 'load EPERM',
  'bpf-lsm': 'load EPERM',
  'bpf-lsm lsm.s': 'load EPERM',
  'bpf-lsm-cgroup': 'load EPERM',
  'bpf-iter bpf_map_elem': 'load EPERM',
  // A kernel without CONFIG_BPF_LIRC_MODE2.
  'bpf-lirc': 'load EINVAL',
  // The loader has to say which program is replaced, and which cgroup is walked in which order.
  'bpf-freplace': 'load EINVAL',
  'bpf-iter cgroup': 'attach EINVAL',
};

const expansions = readSnippets().flatMap(expansionsOf);

test('refusals are excused for snippets that there are', () => {
  const titles = expansions.map(({ title }) => title);
  expect(Object.keys(refusals).filter((title) => !titles.includes(title))).toEqual([]);
});

describeUnless(requireKernel(), 'snippets', () => {
  test('compile without a warning, and load', async () => {
    const said = await inParallel(expansions, async (expansion) => ({
      title: expansion.title,
      outcomes: await outcomesOf(expansion),
    }));
    const passes = (title: string, outcome: string) => outcome === 'ok' || outcome === refusals[title];
    expect(
      said.filter(({ title, outcomes }) => !outcomes.every((outcome) => passes(title, outcome))),
    ).toEqual([]);
    expect(said.filter(({ outcomes }) => outcomes.length === 0)).toEqual([]);
    expect(said.length).toBeGreaterThanOrEqual(145);
  });
});

/** What became of each program of a snippet; a compiler's message where there is none. */
async function outcomesOf(expansion: Expansion): Promise<readonly string[]> {
  try {
    const { path } = await compileBpf(programWith(expansion), {
      flags: ['-Wall', '-Werror', ...newerMacros],
    });
    const verdicts = await loadPrograms(path, { attach: isProgram(expansion) });
    return verdicts.map((verdict) => outcomeOf(verdict));
  } catch (error) {
    return [String(error)];
  }
}

function isProgram({ snippet }: Expansion): boolean {
  return snippet.file === 'programs' || snippet.file === 'network-programs';
}

/** libbpf has no way to attach most network programs by their section, which it says by an errno and no message. */
function outcomeOf(verdict: ProgramVerdict): string {
  const hasNoAttach = verdict.attach === 'EOPNOTSUPP' && verdict.log === '';
  return outcome(hasNoAttach ? { ...verdict, attach: undefined } : verdict);
}
