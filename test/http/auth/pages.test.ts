import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startService } from '../../support/start-service.ts';

const browser = findBrowser();
if (!browser) process.stdout.write('No Chromium is installed: pages are not looked at in a browser.\n');

test.skipIf(!browser)('pages work in a browser under their policies', { timeout: 120_000 }, async () => {
  const service = await startService();
  const profile = await mkdtemp(path.join(os.tmpdir(), 'baton-browser-'));
  onTestFinished(async () => {
    await service.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const docs = await look(`${service.url}/docs`, profile);
  expect(docs.page).toContain('data-path="/health"');
  expect(docs.said).not.toMatch(/Content Security Policy/);
  const account = await look(`${service.url}/account/reset#acme.secret`, profile);
  expect(account.page).toContain('autocomplete="new-password"');
  expect(account.said).not.toMatch(/Content Security Policy/);
});

/** A page as it is when its scripts have run, and what the browser said meanwhile. */
async function look(url: string, profile: string): Promise<{ page: string; said: string }> {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr', '--dump-dom'];
  const options = [...flags, `--user-data-dir=${profile}`, '--virtual-time-budget=10000', url];
  const run = promisify(execFile)(browser ?? '', options, { maxBuffer: 50_000_000, timeout: 60_000 });
  const { stdout, stderr } = await run;
  return { page: stdout, said: stderr };
}

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
