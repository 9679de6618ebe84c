import { describe, expect, it } from 'vitest';
import { createLoaderExplainer, loaderRules } from '#core/verifier/loader/explain-loader';
import { parseLog } from '#core/verifier/log';

const explainer = createLoaderExplainer();

/** As libbpf prints them (src/libbpf.c, relo_core.c, 1.1 and 1.8). */
const texts: readonly (readonly [string, string])[] = [
  ["elf: 'a.o' is not a proper ELF object", 'not-a-bpf-object'],
  ["prog 'handle': missing BPF prog type, check ELF section name 'tp_nope/x'", 'unknown-section'],
  ["sec 'xdp': program 'f' is static and not supported", 'static-program'],
  ["elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+", 'legacy-map'],
  ["map 'm': map type isn't specified.", 'map-definition'],
  ["map 'm': unknown field 'max_entry'.", 'map-definition'],
  ["map 'm': failed to create: Invalid argument(-22)", 'map-create-invalid'],
  ["map 'm': failed to create: Operation not permitted(-1)", 'map-create-permission'],
  ["map 'm': failed to create: Argument list too long(-7)", 'map-create-size'],
  ["map 'm': failed to create: -EBUSY", 'map-create'],
  ['specified path /tmp/m is not on BPF FS', 'map-pin'],
  ["couldn't reuse pinned map at '/sys/fs/bpf/m': parameter mismatch", 'map-pin'],
  ["failed to find BTF for extern 'nope': -2", 'extern-without-btf'],
  ["extern 'nope' (strong): not resolved", 'extern-unresolved'],
  ["extern (var ksym) 'nope': not found in kernel BTF", 'extern-unresolved'],
  ["extern (func ksym) 'nope': not found in kernel or module BTFs", 'extern-unresolved'],
  ["extern (kcfg) 'CONFIG_HZ': value '250' doesn't fit in 1 bytes", 'kconfig-missing'],
  ['failed to open system Kconfig', 'kconfig-missing'],
  ['Error loading vmlinux BTF: -2', 'kernel-without-btf'],
  ["prog 'f': relo #3: target candidate search failed for [12] struct x: -22", 'core-relocation'],
  ['failed to perform CO-RE relocations: -22', 'core-relocation'],
  [
    "prog 'f': invalid relo against 'x' in special section 0xfff2; forgot to initialize global var?..",
    'uninitialised-global',
  ],
  ["prog 'f': bad call relo against 'g' in section '.text'", 'bad-call'],
  ["prog 'f': failed to find kernel BTF type ID of 'nope': -3", 'attach-target-missing'],
  ["failed to determine tracepoint 'a/b' perf event ID: No such file or directory", 'tracepoint-missing'],
  ["prog 'f': failed to create tracepoint 'a/b' perf event: No such file or directory", 'tracepoint-missing'],
  ["prog 'f': failed to create BPF link for perf_event FD: -13 (Permission denied)", 'perf-link'],
  ["prog 'f': failed to create kprobe 'nope+0x0' perf event: No such file or directory", 'probe-missing'],
  ["prog 'f': failed to attach: Device or resource busy", 'attach-refused'],
  ["prog 'f': invalid section name 'kprobe'", 'attach-section'],
  ["prog 'f': can't attach before loaded", 'attach-before-load'],
];

describe("libbpf's words", () => {
  it.each(texts)('%s', (text, rule) => {
    const [explanation] = explainer.explain([{ text, logLine: 1 }]);
    expect(explanation?.rule).toBe(rule);
    expect(explanation?.sentence).not.toMatch(/[{}]|\(\?\)/);
    expect(explanation?.help).toMatch(/[.)…]$/);
  });

  it('are found in a log, with the cause before what follows from it', () => {
    const { loader } = parseLog(
      "libbpf: map 'm': failed to create: Invalid argument(-22)\nlibbpf: failed to load object 'a.o'\n",
    ).value;
    expect(explainer.explain(loader).map(({ rule }) => rule)).toEqual(['map-create-invalid']);
  });

  it('have each rule once in the table', () => {
    const ids = loaderRules.map(({ rule }) => rule);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  it('that are not known explain nothing', () => {
    expect(explainer.explain([{ text: 'hello', logLine: 1 }])).toEqual([]);
  });
});

describe('an attach that failed', () => {
  const failed = { name: 'handle', text: 'Permission denied', code: 'EACCES', log: '' };

  it('with EACCES on a tracepoint reads beyond the record', () => {
    const explanation = explainer.explainAttach({ ...failed, section: 'tp/syscalls/sys_enter_close' });
    expect(explanation).toMatchObject({ rule: 'ctx-record-range', program: 'handle' });
  });

  it('says what the host knows', () => {
    const cause = 'tracefs is not mounted.';
    const log = "libbpf: failed to determine tracepoint 'a/b' perf event ID: No such file or directory\n";
    const explanation = explainer.explainAttach({ ...failed, section: 'tp/a/b', code: 'ENOENT', log, cause });
    expect(explanation).toMatchObject({ rule: 'tracepoint-missing', sentence: cause });
  });

  it('of another kind is not taken for that', () => {
    const explanation = explainer.explainAttach({ ...failed, section: 'xdp' });
    expect(explanation.rule).toBe('attach-refused');
    expect(explanation.sentence).toContain('Permission denied (EACCES)');
  });
});
