/** A part of docs/performance.md, and what measures it. */
import type { Floor } from './floor';
import type { Workspace } from './workspace';

export interface Bench {
  /** Of the project. */
  readonly root: string;
  readonly dist: string;
  /** The program that runs, for what has to be measured in a process of its own: `main.ts`. */
  readonly worker: string;
  readonly workspace: Workspace;
  readonly floor: Floor;
}

export interface Section {
  /** What `npm run bench -- NAME` calls it. */
  readonly name: string;
  /** Markdown. */
  measure(bench: Bench): Promise<string>;
}

/** What we hold ourselves to, and whether it is kept. */
export function goal(value: number, target: number, unit: string): string {
  return `${target} ${unit}${value <= target ? '' : ' (missed)'}`;
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [columns, columns.map(() => '---'), ...rows].map(line).join('');
}
