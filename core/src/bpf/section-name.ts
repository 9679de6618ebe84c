/**
 * Reading of SEC strings by libbpf's rules, and what to say about those that libbpf does not know.
 */
import { nearest } from '../text/nearest';
import { SECTIONS } from './section-table';
import type { SectionDef, SectionName } from './sections';

/**
 * Takes a SEC string apart as libbpf does (`sec_def_matches()`: the first row that matches, case and every
 * character count). `?` in front is libbpf's mark for "do not load by default". Undefined: libbpf refuses a
 * program with this section.
 */
export function parseSectionName(value: string): SectionName | undefined {
  const optional = value.startsWith('?');
  const name = optional ? value.slice(1) : value;
  let first = Infinity;
  // The rows that can match have the whole name, or what stands before one of its slashes.
  for (let end = name.indexOf('/'); ; end = name.indexOf('/', end + 1)) {
    for (const row of ROWS_BY_NAME.get(end < 0 ? name : name.slice(0, end)) ?? []) {
      const def = SECTIONS[row];
      if (row < first && def && matchTarget(def, name) !== false) first = row;
    }
    if (end < 0) break;
  }
  const def = SECTIONS[first];
  const target = def ? matchTarget(def, name) : false;
  return def && target !== false ? { def, target, optional } : undefined;
}

const ROWS_BY_NAME: ReadonlyMap<string, readonly number[]> = rowsByName();

function rowsByName(): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (const [row, { name }] of SECTIONS.entries()) rows.set(name, [...(rows.get(name) ?? []), row]);
  return rows;
}

function matchTarget(def: SectionDef, name: string): string | undefined | false {
  if (name === def.name) return def.target === 'required' ? false : undefined;
  if (def.target === 'exact' || !name.startsWith(`${def.name}/`)) return false;
  return name.slice(def.name.length + 1);
}

/**
 * What the author may have meant: whole SEC strings, the target and a leading `?` kept, nearest first. Empty
 * where libbpf knows the section, or where nothing is close enough to be called a typo.
 */
export function nearestSections(value: string): string[] {
  if (parseSectionName(value)) return [];
  const mark = value.startsWith('?') ? '?' : '';
  const name = value.slice(mark.length);
  const slash = name.indexOf('/');
  const head = slash < 0 ? name : name.slice(0, slash);
  const rest = slash < 0 ? '' : name.slice(slash);

  // With a target, `kprobee/do_exit` can be a kprobe; and `cgroup/conect4` is wrong as a whole.
  const withTarget = rest === '' ? [] : typos(head, SECTION_HEADS).map((known) => known + rest);
  const whole = typos(name, SECTION_NAMES);
  return [...new Set([...withTarget, ...whole])].slice(0, 3).map((suggestion) => mark + suggestion);
}

const SECTION_NAMES = SECTIONS.map(({ name }) => name);
const SECTION_HEADS = SECTIONS.filter(({ target }) => target !== 'exact').map(({ name }) => name);

/** Two letters are no evidence: `tcp` is one away from `tp` and from `tc`, and may be anybody's own name. */
function typos(word: string, names: readonly string[]): string[] {
  if (word.length < 3) return [];
  return nearest(
    word,
    names.filter(({ length }) => length >= 3),
  );
}

/**
 * Whether a SEC string that libbpf does not know may well be right for somebody else, so that nothing may be
 * said about it.
 *
 * Policy: an object file is not only read by libbpf 1.x. Other loaders (cilium/ebpf, aya, iproute2, Tetragon,
 * older libbpf with its prefix matching) have names of their own, tail calls and other tools' filters are free
 * in theirs, and newer libbpf versions will have more. So a report needs two things: this function says
 * no, and `nearestSections` has an answer. Known here are
 *  - sections for data: everything that begins with a dot, `license`, `version`, `maps`;
 *  - a libbpf name with more after it: `xdp_prog`, `socket1`, `classifier/ingress`, `xdp/main` are what older
 *    libbpf and other loaders accept (not so `tracepoints/…`, whose `/` was never optional);
 *  - variants made of libbpf's own suffixes (`kprobe.s`): perhaps a newer libbpf;
 *  - names and prefixes seen in use with other loaders;
 *  - whatever does not begin with a plain name: numbers (iproute2's `2/0`), blanks, other characters.
 */
export function isKnownForeignSection(value: string): boolean {
  const name = value.startsWith('?') ? value.slice(1) : value;
  const head = name.split(/[/:]/, 1)[0] ?? '';
  if (!/^[A-Za-z_][\w.-]*$/.test(head)) return true;
  return FOREIGN_HEADS.has(head) || extendsSection(name) || isUnknownVariant(head);
}

const FOREIGN_HEADS: ReadonlySet<string> = new Set([
  // data
  'license', 'version', 'maps',
  // iproute2 and hand-written tc, XDP and tail-call loaders
  'prog', 'cls', 'act', 'filter', 'ingress', 'egress', 'tail', 'ip', 'ipv4', 'ipv6', 'tcp', 'udp', 'bind',
  // aya, BCC-style and older tools
  'sock_ops', 'sockmap', 'sk_skb_parser', 'sk_skb_verdict', 'perf_event_array', 'trace', 'probe', 'sched_cls', 'sched_act',
  // Tetragon
  'generic_kprobe', 'generic_tracepoint', 'generic_uprobe', 'generic_lsm', 'generic_usdt',
]); // prettier-ignore

function extendsSection(name: string): boolean {
  return SECTIONS.some((def) => {
    if (!name.startsWith(def.name)) return false;
    // libbpf before 1.0 took these for prefixes: `sockopsmon` was a sockops program.
    return (def.target === 'exact' && def.name.length >= 3) || /^[\d_/-]/.test(name.slice(def.name.length));
  });
}

const SUFFIXES: ReadonlySet<string> = new Set(
  SECTION_NAMES.flatMap((name) => (name.split('/', 1)[0] ?? '').split('.').slice(1)),
);

function isUnknownVariant(head: string): boolean {
  const [base, ...suffixes] = head.split('.');
  return (
    suffixes.length > 0 && SECTION_NAMES.includes(base ?? '') && suffixes.every((part) => SUFFIXES.has(part))
  );
}
