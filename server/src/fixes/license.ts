/** The license section that GPL-only helpers, kernel functions and types of the kernel ask for. */
import { licenseFix } from '../helpers/license';
import type { VerdictFix } from './model';

export const license: VerdictFix = {
  rules: ['helper-license', 'struct-gpl', 'gpl-program', 'kfunc-license'],
  fix: ({ source }) => licenseFix(source),
};
