import { join } from 'node:path';
import { onTestFailed, type TestContext } from 'vitest';
import type { Workbench } from './workbench';

/** Keeps a picture of the window in .cache/e2e/ if the test fails. */
export function screenshotOnFailure(
  { task }: Pick<TestContext, 'task'>,
  workbench: Workbench,
  vscode: string,
): void {
  const name = `${vscode} ${task.name}`.replace(/[^\w.]+/g, '-');
  onTestFailed(() => workbench.screenshot(join('.cache', 'e2e', `${name}.png`)));
}
