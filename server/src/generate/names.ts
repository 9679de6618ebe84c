/** What generated things are called: names of C that nothing else in the file has. */

/** Hands out identifiers, each once. */
export interface Names {
  /** The name itself where it is free, else with the first number that makes it so: `events_2`. */
  unique(wanted: string): string;
  isTaken(name: string): boolean;
  /** Whoever wants this name later gets another. */
  take(name: string): void;
}

/** @param isTaken what is taken from the outset */
export function createNames(isTaken: (name: string) => boolean = () => false): Names {
  const given = new Set<string>();
  const names: Names = {
    isTaken: (name) => given.has(name) || isTaken(name),
    take: (name) => void given.add(name),
    unique(wanted) {
      let name = wanted;
      for (let n = 2; names.isTaken(name); n++) name = `${wanted}_${n}`;
      given.add(name);
      return name;
    },
  };
  return names;
}

/** Every identifier that occurs in a text, comments and strings included: what is not among them is free. */
export function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g));
}

/** Text as an identifier of C. */
export function identifier(text: string): string {
  const word = text.replace(/\W+/g, '_').replace(/_+$/, '');
  return /^\d/.test(word) ? `_${word}` : word;
}

/** What an event is about, in a word: `openat`, `sched_switch`, `openat_exit`. */
export function subjectOf(event: string): string {
  const word = identifier(event);
  if (word.startsWith('sys_enter_')) return word.slice('sys_enter_'.length);
  return word.startsWith('sys_exit_') ? `${word.slice('sys_exit_'.length)}_exit` : word;
}

/** As libbpf's own tools name the programs of tracepoints. */
export function functionName(category: string, name: string): string {
  return identifier(`tracepoint__${category}__${name}`);
}

/**
 * Names that no member of a record can have: words of C, and macros of the C library, which the program that reads
 * the record includes.
 */
const unusable: ReadonlyMap<string, string> = new Map([
  ['__syscall_nr', 'syscall_nr'],
  ['errno', 'error'],
  ['sa_handler', 'handler'],
  ['sa_sigaction', 'handler'],
  ...['st_atime', 'st_mtime', 'st_ctime'].map((name) => [name, name.slice(3)] as const),
  ...[
    ...[
      'auto',
      'break',
      'case',
      'char',
      'const',
      'continue',
      'default',
      'do',
      'double',
      'else',
      'enum',
      'extern',
    ],
    ...[
      'float',
      'for',
      'goto',
      'if',
      'inline',
      'int',
      'long',
      'register',
      'restrict',
      'return',
      'short',
      'signed',
    ],
    ...['sizeof', 'static', 'struct', 'switch', 'typedef', 'union', 'unsigned', 'void', 'volatile', 'while'],
    ...['asm', 'typeof', 'bool', 'true', 'false', 'linux', 'unix', 'stdin', 'stdout', 'stderr', 'NULL'],
  ].map((word) => [word, `${word}_`] as const),
]);

/** The name of the member that carries a field. */
export function memberName(field: string): string {
  const word = identifier(field);
  return unusable.get(word) ?? word;
}
