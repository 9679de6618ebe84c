/**
 * What a feature or a check sees of the world: one document, the types its includes bring, the target kernel. A value:
 * a request that started with a view finishes with it, whatever changes meanwhile.
 */
import type { CtxStruct } from '#core/kernel/ctx-struct';
import type { BpfObject } from '#core/elf/bpf-object';
import type { KernelIndex, TracepointFormat } from '#core/kernel/model';
import type { SourceAnalysis, Span, StructDef } from './analysis/model';

export interface DocumentView {
  readonly uri: string;
  readonly text: string;
  readonly source: SourceAnalysis;
  readonly headers: HeaderTypes;
  readonly kernel: KernelView;
  /** What a compiler made of this very text, where one did. */
  readonly object?: BpfObject;
  /** clangd answers for the document, too: what it says is not said twice. */
  readonly besideClangd?: boolean;
}

/** Types that the document's own includes define, found in the workspace (vmlinux.h and the project's headers). */
export interface HeaderTypes {
  /** True when an included file that ought to hold the kernel's types (vmlinux.h) was found and read. */
  readonly hasVmlinux: boolean;
  /**
   * True when every `#include "…"` but vmlinux.h was found: then a tag that is defined nowhere can only be the
   * kernel's. False means a definition may be out of sight.
   */
  readonly complete: boolean;
  /** The definition of `struct name` in an included file; parsed on first ask. */
  struct(name: string): HeaderStruct | undefined;
  /** The type that a typedef names: `unsigned long long` for `u64`, as text; undefined where unknown. */
  typedef(name: string): string | undefined;
  /** One of them defines it as a macro. */
  macro(name: string): boolean;
}

export interface HeaderStruct {
  readonly uri: string;
  /** Its spans are offsets in the text of the definition alone, not of the file. */
  readonly definition: StructDef;
  /** Zero-based line and UTF-16 column of the tag, for go to definition. */
  readonly line: number;
  readonly character: number;
}

export interface KernelView {
  readonly index: KernelIndex;
  /** What messages call it: `6.1-debian-amd64`, or the release; no two of the chosen kernels have the same. */
  readonly label: string;
  /** False for the bundled default that nobody chose: kernel-dependent findings are then warnings at most, and say so. */
  readonly chosen: boolean;
  /** The rule of docs/ctx-structs.md, memoised per index. */
  ctxStruct(format: TracepointFormat): CtxStruct | undefined;
  /** The kernel that the program is written for: this one, or the one beside which it is checked. */
  readonly target: KernelView;
  /** The other chosen kernels: of the target, those of `alsoCheck`. None of them is this one under another name. */
  readonly others: readonly KernelView[];
  /** Other known kernels that have this event, as words for a message: `6.1.0-56-cloud-arm64 (aarch64)`. */
  elsewhere(category: string, name: string): readonly string[];
}

/** A tracepoint program's event as the target kernel knows it. */
export function formatAt(
  view: DocumentView,
  target: { category: string; name: string } | undefined,
): TracepointFormat | undefined {
  return target && view.kernel.index.format(target.category, target.name);
}

export function contains(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}
