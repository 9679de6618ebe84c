import type { Command } from './command';
import { acceptPreviewId } from './ids';

/** The button above a preview: what Enter does in the question that goes with it. */
export const acceptPreview: Command = {
  id: acceptPreviewId,
  run: (host) => host.preview.decide('accept'),
};
