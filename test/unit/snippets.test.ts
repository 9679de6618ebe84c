/** What the snippets promise: their names, their headers, their signatures, docs/snippets.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSectionName } from '#core/bpf/section-name';
import { SECTIONS } from '#core/bpf/section-table';
import { iteratorNames } from '#server/traced/attachable';
import { testAnalyzer } from '#support/analyzer';
import { bundledKernelIds, bundledView } from '#support/bundled';
import { findingsOf } from '#support/check-fixture';
import { programWith } from '#support/snippet-program';
import { expansionsOf, readSnippets, type Snippet } from '#support/snippets';

const snippets = readSnippets();
const expansions = snippets.flatMap(expansionsOf);
const root = new URL('../../', import.meta.url);

describe('names', () => {
  it('are in files that the extension contributes', () => {
    const files = readdirSync(new URL('snippets/', root)).map((name) => name.replace(/\.json$/, ''));
    expect(files.sort()).toEqual([...new Set(snippets.map(({ file }) => file))].sort());
  });

  it('are one of a kind, and found by typing bpf-', () => {
    const prefixes = snippets.flatMap((snippet) => snippet.prefixes);
    expect(prefixes.filter((prefix) => !/^bpf(?:-[a-z]+)+$/.test(prefix))).toEqual([]);
    expect(prefixes.filter((prefix, n) => prefixes.indexOf(prefix) !== n)).toEqual([]);
    expect(snippets.filter(({ name }) => !name.startsWith('eBPF ')).map(({ name }) => name)).toEqual([]);
  });
});

describe('headers', () => {
  /** What libbpf's headers define, by the macros that the snippets use. */
  const definedIn: Readonly<Record<string, RegExp>> = {
    'bpf_core_read.h': /\b(?:BPF_CORE_READ\w*|bpf_core_\w+|BPF_KSYSCALL)\b/,
    'bpf_endian.h': /\bbpf_(?:hton|ntoh)[sl]\b/,
    'bpf_tracing.h': /\bBPF_(?:PROG|KPROBE|KRETPROBE|KSYSCALL)\b/,
    'usdt.bpf.h': /\bBPF_USDT\b/,
  };

  it.each(snippets)('$name says which it needs', ({ body, headers }) => {
    const used = Object.keys(definedIn).filter((header) => definedIn[header]?.test(body));
    const included = Object.keys(definedIn).filter((header) => body.includes(`#include <bpf/${header}>`));
    expect(headers).toEqual(used.filter((header) => !included.includes(header)));
  });
});

describe('sections', () => {
  const program = /^SEC\("(?<sec>[^.][^"]*)"\)\n\w+ (?<macro>BPF_\w+)?.*\((?<parameters>.*)\)$/gm;
  const programs = expansions.flatMap(({ title, text }) =>
    [...text.matchAll(program)].map(({ groups }) => ({
      title,
      section: parseSectionName(groups?.['sec'] ?? ''),
      macro: groups?.['macro'],
      parameters: groups?.['parameters'] ?? '',
    })),
  );

  it('cover every program type of libbpf', () => {
    const types = new Set(programs.map(({ section }) => section?.def.programType));
    const without = new Set(
      SECTIONS.map(({ programType }) => programType).filter((type) => !types.has(type)),
    );
    // Only a driver (nbd) and the kernel's own tests have writable tracepoints.
    expect([...without]).toEqual(['BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE']);
  });

  it('have the context that libbpf gives their program type', () => {
    const wrong = programs.filter(({ section, macro, parameters }) => {
      const { context, macro: usual } = section?.def ?? {};
      // The author's own, as that of a syscall program.
      if (context === undefined || context.startsWith('void *')) return false;
      // A raw tracepoint's arguments are unpacked like those of tp_btf; many functions have no parameters in common.
      if (section?.def.name === 'raw_tp') return macro !== 'BPF_PROG';
      if (macro !== undefined) return macro.replace(/^BPF_U/, 'BPF_K') !== usual?.replace(/^BPF_U/, 'BPF_K');
      return typeOf(parameters) !== typeOf(context.replace('<object>', section?.target ?? ''));
    });
    expect(programs.length).toBeGreaterThan(80);
    expect(wrong.map(({ title, parameters }) => `${title}: ${parameters}`)).toEqual([]);
  });

  function typeOf(parameter: string): string {
    return parameter.replace(/\w+$/, '').trim();
  }
});

describe.each(bundledKernelIds)('the checks on %s', async (id) => {
  const analyzer = await testAnalyzer();
  const kernel = await bundledView(id);

  it('find nothing in any snippet that this kernel has', async () => {
    const mapTypes = new Set(kernel.index.types.enumeration('bpf_map_type')?.map(({ name }) => name));
    const hasMaps = (text: string) =>
      [...text.matchAll(/\bBPF_MAP_TYPE_\w+/g)].every(([type]) => mapTypes.has(type));
    const iterators = iteratorNames(kernel.index.types);
    const hasIterators = (text: string) =>
      [...text.matchAll(/"iter(?:\.s)?\/(\w+)"/g)].every(([, name = '']) => iterators.includes(name));
    const possible = expansions.filter(
      ({ snippet, text }) => !isOlder(id, snippet.since) && hasMaps(text) && hasIterators(text),
    );
    expect(possible.length).toBeGreaterThan(100);
    const found: string[] = [];
    for (const expansion of possible) {
      const findings = await findingsOf(programWith(expansion), { analyzer, kernel });
      found.push(...findings.map(({ code, message }) => `${expansion.title}: ${code} ${message}`));
    }
    expect(found).toEqual([]);
  });
});

/** `5.10-debian-amd64` is older than `5.11`. */
function isOlder(id: string, since = '0.0'): boolean {
  const [own = [], other = []] = [id, since].map((text) => text.split(/[.-]/).map(Number));
  return (own[0] ?? 0) - (other[0] ?? 0) < 0 || (own[0] === other[0] && (own[1] ?? 0) < (other[1] ?? 0));
}

describe('docs/snippets.md', () => {
  const page = readFileSync(new URL('docs/snippets.md', root), 'utf8');
  const sections = page.split(/^## /m).slice(1);
  const files = [...new Set(snippets.map(({ file }) => file))];

  it('has a section for each file', () => {
    expect(sections.length).toBe(files.length);
  });

  it.each(files.map((file, n) => [file, n] as const))('lists the snippets of %s', (file, n) => {
    const rows = [...(sections[n] ?? '').matchAll(/^\| (?<cells>.*) \|$/gm)].slice(2);
    const cells = rows.map(({ groups }) => (groups?.['cells'] ?? '').split('|').map((cell) => cell.trim()));
    expect(cells).toEqual(snippets.filter((snippet) => snippet.file === file).map(row));
  });
});

function row({ prefixes, description, headers, since }: Snippet): readonly string[] {
  return [
    prefixes.map((prefix) => `\`${prefix}\``).join(' '),
    description.replaceAll('*', '\\*'),
    since ?? '',
    headers.map((header) => `\`${header}\``).join(' '),
  ];
}
