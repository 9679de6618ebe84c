/** What did not arrive, in the words of the panel. */
export interface Loss {
  readonly host: string;
  /** Counts are of one run of the program. */
  readonly run: number;
  /** As the agent has it: who counted. */
  readonly source: 'perf' | 'counter' | 'full';
  /** The map, or the variable. */
  readonly name: string;
  /** Since the run began. */
  readonly count: number;
}

export class Losses {
  readonly #losses = new Map<string, Loss>();

  clear(): void {
    this.#losses.clear();
  }

  counted(loss: Loss): void {
    if (loss.count > 0) this.#losses.set(JSON.stringify([loss.host, loss.run, loss.source, loss.name]), loss);
  }

  /** Records that are known to be lost. */
  get count(): number {
    return [...this.#losses.values()].reduce(
      (sum, loss) => sum + (loss.source === 'full' ? 0 : loss.count),
      0,
    );
  }

  sentences(severalHosts: boolean): readonly string[] {
    return [...this.#losses.values()].map((loss) => (severalHosts ? `${loss.host}: ` : '') + sentence(loss));
  }
}

function sentence({ source, name, count }: Loss): string {
  const number = count.toLocaleString('en');
  switch (source) {
    case 'perf':
      return `${number} records of ${name} were lost: the perf buffer was full.`;
    case 'counter':
      return `${number} records were lost, as the program counts in ${name}.`;
    case 'full':
      return `The ring buffer ${name} was seen full ${number} times. How many records were lost is not known: the program does not count them.`;
  }
}
