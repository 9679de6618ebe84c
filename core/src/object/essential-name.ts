/** `task_struct___old` is `task_struct` in another flavour. Source: libbpf's bpf_core_essential_name_len(). */

/** The name without its flavour: without the last `___` that stands between two characters that are no underscores. */
export function essentialName(name: string): string {
  for (let at = name.length - 5; at >= 0; at--) {
    if (isSeparator(name, at)) return name.slice(0, at + 1);
  }
  return name;
}

function isSeparator(name: string, at: number): boolean {
  return name[at] !== '_' && name.startsWith('___', at + 1) && name[at + 4] !== '_';
}
