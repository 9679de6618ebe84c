import type { Command } from './command';
import { restartServerId } from './ids';

export const restartServer: Command = {
  id: restartServerId,
  run: (host) => host.server.restart(),
};
