/** Container files that were changed by somebody who knows the format: the checksum of the table is right. */
import { createHash } from 'node:crypto';

type Row = Readonly<Record<string, unknown>>;

const HEADER_BYTES = 48;

/** The file with another table (or another text in its place) and the same stored bytes. */
export function rewriteTable(
  file: Uint8Array,
  change: (table: readonly Row[]) => readonly Row[] | string,
): Uint8Array {
  const bytes = Buffer.from(file);
  const end = HEADER_BYTES + bytes.readUInt32LE(12);
  const changed = change(JSON.parse(bytes.subarray(HEADER_BYTES, end).toString()) as Row[]);
  const table = Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed));
  const header = Buffer.from(bytes.subarray(0, HEADER_BYTES));
  header.writeUInt32LE(table.length, 12);
  createHash('sha256').update(table).digest().copy(header, 16);
  return Buffer.concat([header, table, bytes.subarray(end)]);
}
