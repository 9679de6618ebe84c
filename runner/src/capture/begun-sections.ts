/** Sections of a snapshot that are packed while the rest of the archive still comes: BTF, which is most of it and comes first. */
import { packSection } from '#core/snapshot/container';
import type { PackedSection } from '#core/snapshot/container';
import { pieceEndingIn } from './archive';
import type { HostArchive } from './archive';

export class BegunSections {
  readonly #word: string;
  readonly #quality: number;
  #btf: { readonly bytes: Buffer; readonly packed: Promise<PackedSection> } | undefined;

  constructor(word: string, quality: number) {
    this.#word = word;
    this.#quality = quality;
  }

  /** To be called with all of the archive that is there, of which the last bytes are new. */
  readonly look = (archive: Buffer, added: number): void => {
    if (this.#btf !== undefined) return;
    const bytes = pieceEndingIn(archive, added, this.#word, 'btf/vmlinux');
    if (bytes === undefined) return;
    const packed = packSection({ name: 'btf', bytes, compression: this.#quality });
    packed.catch(() => undefined);
    this.#btf = { bytes, packed };
  };

  /** By their names: those whose bytes are still the same. */
  of({ btf }: HostArchive['files']): ReadonlyMap<string, Promise<PackedSection>> {
    const begun = this.#btf;
    const same =
      begun !== undefined &&
      btf?.buffer === begun.bytes.buffer &&
      btf.byteOffset === begun.bytes.byteOffset &&
      btf.length === begun.bytes.length;
    return new Map(same ? [['btf', begun.packed]] : []);
  }
}
