/** Which C files are eBPF programs: told from the name, else from the first lines, without parsing. */

/** How many lines `looksLikeBpf` wants to see of a file whose name does not tell. */
export const sniffedLines = 500;

const bpfName = /\.bpf\.[ch]$/;
const bpfText = /\bSEC\s*\(\s*"|\bbpf_helpers\.h\b/;

/** True for `*.bpf.c` and `*.bpf.h`. */
export function hasBpfName(path: string): boolean {
  return bpfName.test(path);
}

/** True where the text, usually the first `sniffedLines` lines, has a `SEC("` or includes bpf_helpers.h. */
export function looksLikeBpf(text: string): boolean {
  return bpfText.test(text);
}
