/** Where an answer comes from, in the words that hover, documentation and the command line share. */
import type { KernelProvenance } from '#core/kernel/model';

/** `6.12.94+deb13-cloud-amd64 · x86_64 · bundled`, with the day of the capture where it is known. */
export function provenanceLine({ release, machine, source, location, capturedAt }: KernelProvenance): string {
  const known = [release, machine].filter((word) => word !== 'unknown');
  // A live kernel is what it is now.
  const day = source === 'local' ? undefined : capturedAt?.slice(0, 10);
  return [...known, placeOf(source, location), ...(day === undefined ? [] : [day])].join(' · ');
}

/** One name per kernel, as short as it can be: a bundled one's id, else the release. */
export function labelsOf(kernels: readonly KernelProvenance[]): readonly string[] {
  const short = ({ release, source, location }: KernelProvenance) =>
    source === 'bundled' || release === 'unknown' ? location : release;
  return kernels.map((kernel) => {
    const label = short(kernel);
    const isUnique = kernels.filter((other) => short(other) === label).length === 1;
    return isUnique ? label : `${label} (${placeOf(kernel.source, kernel.location)})`;
  });
}

function placeOf(source: KernelProvenance['source'], location: string): string {
  switch (source) {
    case 'local':
      return 'this machine';
    case 'bundled':
      return 'bundled kernel';
    case 'directory':
    case 'snapshot':
      return location;
  }
}
