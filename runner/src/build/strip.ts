/**
 * An object without its debug information, which is nine tenths of it and which no kernel reads: less to send. What
 * `llvm-strip -g` does, without needing it. Sections stay in number and place, so that nothing that refers to one has
 * to change; those of DWARF are emptied. BTF stays.
 */

const headerBytes = 64;
const sectionHeaderBytes = 64;
const SHT_PROGBITS = 1;
const SHT_NOBITS = 8;

interface Section {
  /** Where its header is in the file. */
  readonly header: number;
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly align: number;
}

/** What is no 64-bit ELF file, or not a sound one, is returned as it is. */
export function stripDebug(object: Uint8Array): Uint8Array {
  const sections = readSections(object);
  if (!sections) return object;
  const view = new DataView(object.buffer, object.byteOffset, object.byteLength);
  const little = object[5] === 1;
  const headers = new DataView(new ArrayBuffer(sections.length * sectionHeaderBytes));
  const pieces: Uint8Array[] = [];
  let size = headerBytes;

  function append(bytes: Uint8Array, align: number): number {
    const gap = padding(size, align);
    pieces.push(new Uint8Array(gap), bytes);
    size += gap + bytes.length;
    return size - bytes.length;
  }

  sections.forEach((section, index) => {
    const at = index * sectionHeaderBytes;
    new Uint8Array(headers.buffer).set(
      object.subarray(section.header, section.header + sectionHeaderBytes),
      at,
    );
    if (/^(?:\.rela?)?\.debug_/.test(section.name)) {
      headers.setUint32(at + 4, SHT_PROGBITS, little);
      headers.setBigUint64(at + 24, BigInt(size), little);
      headers.setBigUint64(at + 32, 0n, little);
    } else if (section.size > 0 && section.type !== SHT_NOBITS && section.type !== 0) {
      const bytes = object.subarray(section.offset, section.offset + section.size);
      headers.setBigUint64(at + 24, BigInt(append(bytes, section.align)), little);
    }
  });
  const start = append(new Uint8Array(headers.buffer), 8);
  // A copy: `slice` of a Buffer would be none.
  const header = new Uint8Array(object.subarray(0, headerBytes));
  new DataView(header.buffer).setBigUint64(40, BigInt(start), little);
  return view.byteLength > size ? concat([header, ...pieces], size) : object;
}

function readSections(object: Uint8Array): readonly Section[] | undefined {
  const isElf64 = object.length >= headerBytes && object[0] === 0x7f && object[1] === 0x45 && object[4] === 2;
  if (!isElf64) return undefined;
  const view = new DataView(object.buffer, object.byteOffset, object.byteLength);
  const little = object[5] === 1;
  const table = Number(view.getBigUint64(40, little));
  const count = view.getUint16(60, little);
  const names = view.getUint16(62, little);
  if (count === 0 || names >= count || table + count * sectionHeaderBytes > object.length) return undefined;
  const number = (at: number) => Number(view.getBigUint64(at, little));
  const raw = Array.from({ length: count }, (_, index) => {
    const header = table + index * sectionHeaderBytes;
    return {
      header,
      nameOffset: view.getUint32(header, little),
      type: view.getUint32(header + 4, little),
      offset: number(header + 24),
      size: number(header + 32),
      align: number(header + 48),
    };
  });
  const fits = raw.every(
    ({ type, offset, size, align }) =>
      align <= 4096 && (type === SHT_NOBITS || type === 0 || offset + size <= object.length),
  );
  const strings = raw[names];
  if (!fits || strings?.type !== 3) return undefined;
  const text = Buffer.from(object.buffer, object.byteOffset + strings.offset, strings.size);
  return raw.map((section) => ({ ...section, name: nameAt(text, section.nameOffset) }));
}

function nameAt(strings: Buffer, offset: number): string {
  const end = strings.indexOf(0, offset);
  return strings.toString('latin1', offset, end < 0 ? undefined : end);
}

function padding(size: number, align: number): number {
  return align > 1 ? (align - (size % align)) % align : 0;
}

function concat(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
