/** What a run says, for the events panel. */
import type { RunEvent } from '#runner/model';
import type { EventsModel } from './events-model';

export function showRunEvent(model: EventsModel, event: RunEvent): void {
  const { host } = event;
  switch (event.type) {
    case 'step':
      if (event.state === 'started' && event.step === 'stream') model.state(host, 'running');
      else if (event.state === 'started') model.state(host, 'starting', event.step);
      else if (event.state === 'failed') model.state(host, 'failed', event.failure.message);
      break;
    case 'built':
      model.built(host, event.object);
      break;
    case 'records':
      model.records(host, event.map.name, event.records);
      break;
    case 'lost':
      model.lost({ host, run: event.run, source: event.source, name: event.name, count: event.count });
      break;
    case 'map':
      model.dumped(host, event.map, event.entries, event.truncated);
      break;
    case 'stats':
      model.stats(host, event.programs);
      break;
    case 'program':
      model.program(host, event.name, event.error ? `refused: ${event.error.code}` : 'loaded', event.section);
      break;
    case 'attach':
      model.program(host, event.name, event.error ? `not attached: ${event.error.code}` : event.state);
      break;
    case 'state':
      if (event.state === 'running') model.state(host, 'running');
      break;
    case 'ended':
      if (event.failure) model.state(host, 'failed', event.failure.message);
      else model.state(host, 'stopped');
      break;
    case 'facts':
    case 'diagnostics':
    case 'maps':
    case 'printk':
    case 'notice':
      break;
  }
}
