/** What became of each program: whether it is attached, how often it ran, how long that took. */
import { duration } from '#core/decode/scalar-formats';
import type { PanelColumn, PanelRow, PanelTable } from '#core/messages/events-panel';

export interface ProgramStats {
  readonly name: string;
  /** Totals since the session began. */
  readonly runs: number;
  readonly nanoseconds: number;
  readonly missed: number;
}

interface Program {
  readonly host: string;
  readonly name: string;
  section: string;
  state: string;
  stats?: ProgramStats;
  /** Runs per second between the last two counts. */
  rate?: number;
  /** Milliseconds; when it was counted last. */
  counted: number;
}

const column = (title: string, numeric = false): PanelColumn => ({ title, detail: '', numeric });
const nanoseconds = duration(1);

export class ProgramsTab {
  readonly #programs = new Map<string, Program>();

  clear(): void {
    this.#programs.clear();
  }

  /** @param state `loaded`, `attached`, or what went wrong */
  changed(host: string, name: string, state: string, section?: string): void {
    const program = this.#program(host, name);
    program.state = state;
    if (section !== undefined) program.section = section;
  }

  counted(host: string, stats: ProgramStats, now: number): void {
    const program = this.#program(host, stats.name);
    const { stats: before, counted } = program;
    const seconds = (now - counted) / 1000;
    if (before && seconds > 0) program.rate = Math.max(0, (stats.runs - before.runs) / seconds);
    program.stats = stats;
    program.counted = now;
  }

  table(severalHosts: boolean): PanelTable {
    const columns = [
      ...(severalHosts ? [column('Host')] : []),
      ...['Program', 'Section', 'State'].map((title) => column(title)),
      ...['Runs', 'Runs/s', 'Average', 'Total', 'Missed'].map((title) => column(title, true)),
    ];
    const rows = [...this.#programs.values()].map((program) => row(program, severalHosts));
    const counted = [...this.#programs.values()].some(({ stats }) => stats);
    const note = rows.length > 0 && !counted ? 'Run counts are not known yet, or were not asked for.' : '';
    return { title: 'Programs', detail: '', columns, rows, note };
  }

  #program(host: string, name: string): Program {
    const key = JSON.stringify([host, name]);
    let program = this.#programs.get(key);
    if (program === undefined) {
      program = { host, name, section: '', state: '', counted: 0 };
      this.#programs.set(key, program);
    }
    return program;
  }
}

function row({ host, name, section, state, stats, rate }: Program, severalHosts: boolean): PanelRow {
  const count = (value: number) => value.toLocaleString('en');
  const time = (value: number) => nanoseconds.text(Math.round(value));
  const counts = stats
    ? [
        count(stats.runs),
        rate === undefined ? '' : count(Math.round(rate)),
        stats.runs > 0 ? time(stats.nanoseconds / stats.runs) : '',
        time(stats.nanoseconds),
        count(stats.missed),
      ]
    : ['', '', '', '', ''];
  return { cells: [...(severalHosts ? [host] : []), name, section, state, ...counts] };
}
