/** Bytes as `hexdump -C` shows them: offset, sixteen bytes, their characters. */

const WIDTH = 16;

/** @param limit bytes that are shown at most */
export function hexDump(bytes: Uint8Array, limit = 4096): string {
  const lines: string[] = [];
  const shown = bytes.subarray(0, limit);
  for (let at = 0; at < shown.length; at += WIDTH) {
    const line = Array.from(shown.subarray(at, at + WIDTH));
    const hex = line.map((byte, i) => byte.toString(16).padStart(2, '0') + (i === 7 ? ' ' : '')).join(' ');
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(WIDTH * 3)}  |${text}|`);
  }
  if (bytes.length > limit) lines.push(`… ${bytes.length - limit} more bytes`);
  return lines.join('\n');
}
