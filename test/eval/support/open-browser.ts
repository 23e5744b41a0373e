import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env.CHROME_PATH ?? '/usr/bin/chromium';

/** Whether tests can use a browser here. */
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser)
  process.stderr.write(`Skipped: there is no Chromium at ${executablePath}; CHROME_PATH names another.\n`);

/** A browser that asks for nothing by itself. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
