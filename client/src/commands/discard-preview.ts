import type { Command } from './command';
import { discardPreviewId } from './ids';

/** The button above a preview: what Escape does in the question that goes with it. */
export const discardPreview: Command = {
  id: discardPreviewId,
  run: (host) => host.preview.decide('cancel'),
};
