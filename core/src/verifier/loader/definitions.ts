/** Where the source defines what libbpf names: a reading of its lines, which gives nothing where it is not sure. */
import type { SourcePosition } from '../model';

export interface SourceText {
  readonly file: string;
  readonly lines: readonly string[];
}

/** `} counts SEC(".maps");` */
export function mapDefinition(texts: readonly SourceText[], name: string): SourcePosition | undefined {
  return only(texts, new RegExp(String.raw`(?:^|[\s}*])${escape(name)}\s+SEC\s*\(\s*"\.?maps`), name);
}

/** `extern int nope __ksym;`, `int count;` */
export function variableDefinition(texts: readonly SourceText[], name: string): SourcePosition | undefined {
  const declared = new RegExp(String.raw`^[A-Za-z_][\w\s*]*[\s*]${escape(name)}\s*(?:[[(;=]|__|SEC\b)`);
  return only(texts, declared, name);
}

/** `int handle(void *ctx)`, `int BPF_PROG(handle, …)`: the line on which the name stands. */
export function functionDefinition(texts: readonly SourceText[], name: string): SourcePosition | undefined {
  return only(texts, new RegExp(String.raw`^(?!.*;\s*$)(?:[A-Za-z_].*)?\b${escape(name)}\s*[(,]`), name);
}

/** The line of the `SEC("…")` that belongs to a function. */
export function sectionOf(texts: readonly SourceText[], name: string): SourcePosition | undefined {
  const definition = functionDefinition(texts, name);
  const lines = texts.find(({ file }) => file === definition?.file)?.lines ?? [];
  for (let line = definition?.line ?? 0; line > 0 && line > (definition?.line ?? 0) - 4; line--) {
    const text = lines[line - 1] ?? '';
    const column = text.search(/\bSEC\s*\(/);
    if (column >= 0) return { ...definition, line, column: column + 1, text };
    if (line !== definition?.line && /[;}]\s*$/.test(text)) break;
  }
  return undefined;
}

function only(texts: readonly SourceText[], pattern: RegExp, name: string): SourcePosition | undefined {
  const found = texts.flatMap(({ file, lines }) =>
    lines.flatMap((text, at) => {
      if (!pattern.test(text)) return [];
      const column = text.search(new RegExp(String.raw`\b${escape(name)}\b`));
      return [{ file, line: at + 1, column: column + 1, text }];
    }),
  );
  return found.length === 1 ? found[0] : undefined;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
