/** A headless Chromium that is already on the machine; playwright-core downloads none. */
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** `$CHROMIUM`, else the first Chromium on PATH. */
export async function findChromium(): Promise<string | undefined> {
  const { CHROMIUM, PATH = '' } = process.env;
  const onPath = PATH.split(delimiter).flatMap((dir) => names.map((name) => join(dir, name)));
  for (const path of [...(CHROMIUM ? [CHROMIUM] : []), ...onPath]) if (await isExecutable(path)) return path;
  return undefined;
}

export async function launchChromium(): Promise<Browser> {
  const executablePath = await findChromium();
  if (executablePath === undefined) throw new Error('No Chromium on PATH, and CHROMIUM names none.');
  return chromium.launch({ executablePath, args: flags });
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
