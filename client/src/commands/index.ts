/** Every command of the extension, by name. */
import { acceptPreview } from './accept-preview';
import { captureKernel } from './capture-kernel';
import { clearTracepointSearch } from './clear-tracepoint-search';
import { checkHost } from './check-host';
import type { Command } from './command';
import { compareEvent } from './compare-event';
import { copyCtxStruct } from './copy-ctx-struct';
import { discardPreview } from './discard-preview';
import { generateHandler } from './generate-handler';
import { insertSection } from './insert-section';
import { restartServer } from './restart-server';
import { run } from './run';
import { runOnHost } from './run-on-host';
import { searchTracepoints } from './search-tracepoints';
import { selectKernel } from './select-kernel';
import { setUpClangdCommand } from './set-up-clangd';
import { showLog } from './show-log';
import { showVerifierLog } from './show-verifier-log';
import { stop } from './stop';
import { verify } from './verify';
import { writeVmlinuxHeader } from './write-vmlinux-header';

export const commands: readonly Command[] = [
  selectKernel,
  restartServer,
  showLog,
  generateHandler,
  acceptPreview,
  discardPreview,
  insertSection,
  copyCtxStruct,
  compareEvent,
  searchTracepoints,
  clearTracepointSearch,
  run,
  runOnHost,
  verify,
  stop,
  showVerifierLog,
  checkHost,
  captureKernel,
  setUpClangdCommand,
  writeVmlinuxHeader,
];
