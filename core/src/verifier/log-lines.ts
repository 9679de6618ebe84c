/** What a line of a verifier's log is. Kernel: kernel/bpf/verifier.c, log.c, liveness.c; libbpf: src/libbpf.c. */
import { isRegisterState } from './register-state';

export type LogLine =
  /** `12: (85) call bpf_map_lookup_elem#1    ; R0=…` */
  | { readonly kind: 'instruction'; readonly index: number; readonly rest: string }
  /** `12: R0=scalar() R10=fp0`, or without the number after `callee:` and `to caller at 17:`. */
  | { readonly kind: 'state'; readonly text: string }
  /** `from 8 to 12: R0=…`; with `safe` nothing more is said of it. */
  | { readonly kind: 'branch'; readonly from: number; readonly state: string; readonly safe: boolean }
  /** `; if (key > 10) @ a.bpf.c:21` */
  | { readonly kind: 'source'; readonly text: string }
  /** `Validating add() func#1...` */
  | { readonly kind: 'function'; readonly name: string }
  /** `processed 9 insns …`, `stack depth 8`, `verification time 12 usec` */
  | { readonly kind: 'cost'; readonly text: string }
  /** `Verification failed: Memory Safety: …` */
  | { readonly kind: 'report' }
  /** `-- BEGIN PROG LOAD LOG --` */
  | { readonly kind: 'begin'; readonly program?: string }
  | { readonly kind: 'end' }
  /** libbpf's own words, without `libbpf: `. */
  | { readonly kind: 'loader'; readonly text: string; readonly program?: string }
  /** Says nothing about the verdict. */
  | { readonly kind: 'noise' }
  | { readonly kind: 'message'; readonly text: string };

const noise: LogLine = { kind: 'noise' };

/** @param line without its end; libbpf's lines with or without its prefix */
export function readLogLine(line: string): LogLine {
  // Most lines begin with a digit, a semicolon or an `f`: look at nothing else for them.
  const text = trimmed(line);
  const first = text.charCodeAt(0);
  if (first >= 48 && first <= 57) return numbered(text);
  if (text === '') return noise;
  if (first === 59 && (text.length === 1 || text[1] === ' ')) return { kind: 'source', text: text.slice(2) };
  // Tracking of precise registers at level 2: of some logs most lines.
  if (/^(?:regs=|last_idx |parent (?:didn|already|state)|mark_precise)/.test(text)) return noise;
  const branch = /^from (-?\d+) to -?\d+(?: \(speculative execution\))?:(.*)$/.exec(text);
  if (branch) {
    const state = branch[2] ?? '';
    return { kind: 'branch', from: Number(branch[1]), state, safe: state === ' safe' };
  }
  return loaderLine(text) ?? verifierLine(text);
}

function trimmed(line: string): string {
  const first = line.charCodeAt(0);
  const last = line.charCodeAt(line.length - 1);
  return first <= 32 || last <= 32 ? line.trim() : line;
}

function numbered(text: string): LogLine {
  const colon = text.indexOf(': ');
  const index = colon > 0 ? Number(text.slice(0, colon)) : NaN;
  if (Number.isInteger(index)) {
    const next = text.charCodeAt(colon + 2);
    // `(85) call …`, `<invalid CO-RE relocation>` by libbpf
    if (next === 40 || next === 60) return { kind: 'instruction', index, rest: text.slice(colon + 2) };
    const rest = text.slice(colon + 2);
    if (rest === 'safe') return noise;
    if (isRegisterState(rest)) return { kind: 'state', text: rest };
  }
  // A frame without registers; the tables of liveness analysis: `3: .1........ (bf) r1 = r2`, `2   3: 01........ (…`.
  if (/^\d+:(?: *frame\d+:)?$/.test(text) || /^(?:\d+ +)?\d+: [.\d]{10} \(/.test(text)) return noise;
  return { kind: 'message', text };
}

function loaderLine(text: string): LogLine | undefined {
  const own = text.startsWith('libbpf: ') ? text.slice(8).trim() : text;
  if (own.includes('-- BEGIN')) {
    const program = /^prog '([^']*)': -- BEGIN PROG LOAD LOG --/.exec(own)?.[1];
    if (program !== undefined) return { kind: 'begin', program };
    if (/^-- BEGIN (?:DUMP|PROG LOAD) LOG --/.test(own)) return { kind: 'begin' };
  }
  if (/^-- END (?:PROG LOAD )?LOG --/.test(own)) return { kind: 'end' };
  const isLoader =
    own !== text || /^(?:prog|map|sec|object|extern|elf|struct_ops) ?(?:\([^)]*\) )?'[^']*': /.test(own);
  if (text === 'libbpf:') return noise;
  if (
    !isLoader &&
    !/^(?:failed to (?:load (?:object|program) '|find BTF for extern)|Error in bpf_create_map|load bpf program failed)/.test(
      own,
    )
  ) {
    return undefined;
  }
  // What stands behind `libbpf: ` may be the first line of a log: 5.10's libbpf passes it through its own printing.
  if (own !== text && /^(?:\d+: [(R]|Validating |func#\d)/.test(own)) return readLogLine(own);
  const program =
    /^(?:prog|program) '([^']*)'/.exec(own)?.[1] ?? /^failed to load program '([^']*)'/.exec(own)?.[1];
  return { kind: 'loader', text: own, ...(program !== undefined && { program }) };
}

function verifierLine(text: string): LogLine {
  if (
    /^(?:processed \d+ insns |verification time \d+ usec|stack depth |insns processed |subprog \d+ \()/.test(
      text,
    )
  ) {
    return { kind: 'cost', text };
  }
  const validated = /^Validating ([^(]*)\(\) func#\d+\.\.\.$/.exec(text);
  if (validated) return { kind: 'function', name: validated[1] ?? '' };
  if (text.startsWith('Verification failed: ')) return { kind: 'report' };
  if (isRegisterState(text)) return { kind: 'state', text };
  return noisy.test(text) ? noise : { kind: 'message', text };
}

const noisy = new RegExp(
  [
    '^func#\\d+ @\\d+$',
    "^Func#\\d+ (?:\\('[^']*'\\) )?is (?:safe for any args|global and (?:valid|assumed valid))",
    '^Live regs before insn:$',
    '^(?:caller|callee|returning from callee|to caller at \\d+):$',
    // Tracking of precise registers, level 2.
    '^(?:force_precise|frame ?\\d+:|propagating|BUG )',
    '^(?:cur|old) state:',
    // Liveness of the stack, level 2.
    '^\\([\\d,]+\\) (?:frame \\d+ insn \\d+ |live stack update done)',
    '^(?:subprog#\\d+: analyzing|stack use/def|arg JOIN|SCC |topo_order|[^ :]+:branches_to_explore)',
    '^(?:sa|r|fp)[-+]?\\d*: .* => ',
    '^frame\\d+(?::$| bpf_loop iteration limit reached)',
    // Said of programs that load, too.
    "^arg#\\d+ reference type\\('UNKNOWN ",
    "^func '[^']*' arg\\d+ has btf_id \\d+ type",
    '^marking pointer arg\\d+ as scalar',
    '^Cannot find btf of tracepoint template',
    '^R\\d+ min value is outside.* \\(speculative',
    '^\\(\\d+ line\\(s\\) omitted\\)$',
  ].join('|'),
);
