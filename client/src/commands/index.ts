/** Every command of the extension, by name. */
import { acceptPreview } from './accept-preview';
import { clearTracepointSearch } from './clear-tracepoint-search';
import type { Command } from './command';
import { copyCtxStruct } from './copy-ctx-struct';
import { discardPreview } from './discard-preview';
import { generateHandler } from './generate-handler';
import { insertSection } from './insert-section';
import { restartServer } from './restart-server';
import { searchTracepoints } from './search-tracepoints';
import { selectKernel } from './select-kernel';
import { showLog } from './show-log';

export const commands: readonly Command[] = [
  selectKernel,
  restartServer,
  showLog,
  generateHandler,
  acceptPreview,
  discardPreview,
  insertSection,
  copyCtxStruct,
  searchTracepoints,
  clearTracepointSearch,
];
