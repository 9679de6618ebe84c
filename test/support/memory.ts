/** Memory without what waits to be collected. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Of this process, after a collection of everything that nobody holds. */
export function memoryAfterCollection(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // Buffers are freed beside the program; the next collection waits for that.
  collect();
  return process.memoryUsage();
}
