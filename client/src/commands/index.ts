/** Every command of the extension, by name. */
import type { Command } from './command';
import { restartServer } from './restart-server';
import { selectKernel } from './select-kernel';
import { showLog } from './show-log';

export const commands: readonly Command[] = [selectKernel, restartServer, showLog];
