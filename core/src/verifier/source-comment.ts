/** The lines of source between the instructions of a log. Kernel: kernel/bpf/log.c, verbose_linfo(). */
import { detach } from './detach';
import type { SourcePosition } from './model';

/**
 * @param text `if (key > 10) @ a.bpf.c:21`; up to 6.8 without file and line
 * @returns undefined for what the compiler added, which belongs to no line
 */
export function readSourceComment(text: string): SourcePosition | undefined {
  const at = text.lastIndexOf(' @ ');
  const place = at >= 0 ? /^(.+):(\d+)$/.exec(text.slice(at + 3).trim()) : null;
  if (!place) {
    const code = text.trim();
    return code === '' ? undefined : { text: detach(code) };
  }
  const line = Number(place[2]);
  if (line === 0) return undefined;
  return { file: detach(place[1] ?? ''), line, column: 0, text: detach(text.slice(0, at).trim()) };
}
