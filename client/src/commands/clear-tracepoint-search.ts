import type { Command } from './command';
import { clearTracepointSearchId } from './ids';

export const clearTracepointSearch: Command = {
  id: clearTracepointSearchId,
  run: (host) => host.tracepoints.search(''),
};
