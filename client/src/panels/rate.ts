/** Events per second over the last two seconds. */
const WINDOW = 2000;

export class Rate {
  #samples: { readonly time: number; readonly count: number }[] = [];

  /** @param count a total that grows; it begins anew where it is less than before */
  at(time: number, count: number): number {
    if (count < (this.#samples.at(-1)?.count ?? 0)) this.#samples = [];
    this.#samples.push({ time, count });
    // One sample from before the window stays: it is where the window begins.
    while (this.#samples.length > 2 && (this.#samples[1]?.time ?? 0) <= time - WINDOW) this.#samples.shift();
    const [oldest] = this.#samples;
    if (oldest === undefined || oldest.time === time) return 0;
    return Math.round((count - oldest.count) / ((time - oldest.time) / 1000));
  }
}
