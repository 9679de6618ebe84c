/**
 * Prepares, while nobody waits, what the first question of its kind would wait for: the search over names takes some
 * 10 ms, the index of ctx structs 30 ms.
 */
import { prepareSearch } from '../features/completion/names';
import type { Session } from '../session/session';
import type { KernelView } from '../view';
import type { Activity } from './activity';

/** Milliseconds after a kernel is there. */
const delay = 150;

export function warmUp(session: Session, activity: Activity): void {
  const later = (run: () => void) => {
    setTimeout(() => void activity.rested().then(run), delay).unref();
  };
  void session.names.then(({ index }) => {
    later(() => prepareSearch(index));
    later(() => void session.kernel.then(prepareStructs));
  });
}

function prepareStructs(kernel: KernelView): void {
  const { index } = kernel;
  // A syscall's struct is known without the index.
  const event = index.events.find(({ category }) => category !== 'syscalls');
  const format = event && index.format(event.category, event.name);
  if (format !== undefined) kernel.ctxStruct(format);
}
