// The order of test files: those that take minutes begin first, so that none of them runs alone at the end. A name that
// is missing here costs time and nothing else.
import { basename } from 'node:path';
import { BaseSequencer } from 'vitest/node';

const long = [
  'generate',
  'generate-in-guests',
  'verifier-fixes',
  'object-calls-in-guests',
  'functions-in-guests',
  'helpers-in-guests',
  'generate-kernels',
  'several-kernels',
  'run-in-guests',
  'verifier-rejects-in-guests',
];

export default class LongFirst extends BaseSequencer {
  async sort(files) {
    const rank = ({ moduleId }) => {
      const place = long.indexOf(basename(moduleId, '.test.ts'));
      return place < 0 ? long.length : place;
    };
    return [...(await super.sort(files))].sort((a, b) => rank(a) - rank(b));
  }
}
