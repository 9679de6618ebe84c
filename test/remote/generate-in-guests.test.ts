/**
 * Generated handlers, judged by other kernels: every event of each guest, none left out. What a bundled kernel says is
 * what the user gets without a host at hand, so that is what is generated from, wherever it describes the event as the
 * guest's own kernel does; a guest's package moves on, the bundled kernel stays.
 */
import { expect, onTestFinished, test } from 'vitest';
import type { EventName } from '#core/kernel/model';
import { generate } from '#server/generate/generate';
import { hasEvent } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import type { ProgramVerdict } from '#support/bpf/loader';
import { guestIds } from '#support/guests/catalog';
import { compileFor } from '#support/guests/compile';
import { bootGuest } from '#support/guests/guest';
import type { Guest } from '#support/guests/guest';
import { readBundledKernel, readGuestKernel } from '#support/guests/kernel';
import type { OtherKernel } from '#support/guests/kernel';
import { loadInGuest } from '#support/guests/loader';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

/**
 * Events in one object. Clang takes longer than twice as long for twice as many; and each batch is detached before the
 * next one, because what is attached to every event runs all the time and slows an emulated guest more than detaching.
 */
const batchSize = 200;

describeUnless(await requireGuests(...guestIds), 'handlers for every event', () => {
  test.each(guestIds)('%s: load and attach', async (id) => {
    const guest = await bootGuest(id);
    onTestFinished(() => guest.kill());
    const bundled = await readBundledKernel(guest.spec.bundled);
    const running = await readGuestKernel(guest);
    const { events } = running.view.index;
    const known = events.filter((event) => isSame(event, bundled.view, running.view));
    const changed = events.filter((event) => !known.includes(event));
    const gone = bundled.view.index.events.filter(
      (event) => !hasEvent(running.view.index, event.category, event.name),
    );

    const verdicts = [...(await judge(guest, bundled, known)), ...(await judge(guest, running, changed))];
    expect(verdicts.filter(({ load, attach }) => load !== 'ok' || attach !== 'ok')).toEqual([]);
    expect(verdicts).toHaveLength(events.length);
    expect(events.length).toBeGreaterThan(1200);

    const releases = [bundled, running].map(({ view }) => view.index.provenance.release);
    if (releases[0] === releases[1]) expect({ changed, gone }).toEqual({ changed: [], gone: [] });
    else console.info(`${releases.join(' -> ')}: ${known.length} events as before`, { changed, gone });
  });
});

/** Whether two kernels describe an event in the same words; its number is given when the kernel boots. */
function isSame({ category, name }: EventName, one: KernelView, other: KernelView): boolean {
  const [a, b] = [one, other].map(({ index }) => index.formatText(category, name)?.replace(/^ID: \d+$/m, ''));
  return a !== undefined && a === b;
}

/** What the guest says to handlers that are generated for `kernel`. It compiles while the guest verifies. */
async function judge(
  guest: Guest,
  kernel: OtherKernel,
  events: readonly EventName[],
): Promise<readonly ProgramVerdict[]> {
  const verdicts: ProgramVerdict[] = [];
  let object = await compileHandlers(guest, kernel, events.slice(0, batchSize));
  for (let start = batchSize; object !== undefined; start += batchSize) {
    const [judged, next] = await Promise.all([
      loadInGuest(guest, object, { attach: true }),
      compileHandlers(guest, kernel, events.slice(start, start + batchSize)),
    ]);
    verdicts.push(...judged);
    object = next;
  }
  return verdicts;
}

/** The path of the object; undefined for no events. */
async function compileHandlers(
  { spec }: Guest,
  { view, header }: OtherKernel,
  events: readonly EventName[],
): Promise<string | undefined> {
  if (events.length === 0) return undefined;
  const generated = generate({ events: [...events] }, { kernel: view });
  if (!generated.ok) throw new Error(generated.message);
  // One ring buffer for each event: as many of full size would not fit into memory.
  const source = generated.value.text.replaceAll('256 * 1024', '4096');
  return (await compileFor(spec.arch, header, source)).path;
}
