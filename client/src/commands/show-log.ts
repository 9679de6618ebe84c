import type { Command } from './command';
import { showLogId } from './ids';

export const showLog: Command = {
  id: showLogId,
  run: (host) => host.log.show(true),
};
