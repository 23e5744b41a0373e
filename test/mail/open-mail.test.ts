import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import { invitationLetter, resetLetter } from '../../src/mail/letters.ts';
import { type Letter, openMail } from '../../src/mail/open-mail.ts';
import { smtpOptions } from '../../src/mail/smtp-options.ts';
import { linkIn, openInbox } from '../support/smtp-inbox.ts';

const link = 'https://baton.example.com/account/reset#acme.token';
const to = { name: 'Ada', address: 'ada@example.com' };
const letter = resetLetter({ to, link, tenant: 'Acme' }, 1);

function mailBy(mail: Partial<Config['mail']>, dataDir = '/nowhere', log = openLog('silent', false)) {
  const config = { mail: { from: 'baton@example.com', ...mail }, database: { dataDir } };
  const opened = openMail(config as Pick<Config, 'mail' | 'database'>, log); // what it reads of the database is there
  onTestFinished(() => opened.close());
  return opened;
}

test('a letter reaches a server, as plain text and as HTML', async () => {
  const inbox = await openInbox();
  onTestFinished(inbox.close);
  await mailBy({ smtpUrl: `smtp://${inbox.host}` }).send(letter);
  const [mail] = inbox.mails;
  expect(mail).toMatchObject({ from: 'baton@example.com', to: ['ada@example.com'], secure: false });
  expect(mail?.source).toContain('Subject: Set a new password\r\n');
  expect(mail?.source).toContain('From: Baton <baton@example.com>\r\n');
  expect(mail?.source).toContain('Content-Type: text/plain');
  expect(mail?.source).toContain('Content-Type: text/html');
  expect(mail && linkIn(mail)).toBe(link);
});

test('a user and password are given to the server that asks for them', async () => {
  const asked: unknown[] = [];
  const inbox = await openInbox({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      asked.push([username, password]);
      done(null, { user: username ?? '' });
    },
  });
  onTestFinished(inbox.close);
  await mailBy({ smtpUrl: `smtp://us%40er:p%40ss@${inbox.host}` }).send(letter);
  expect([asked, inbox.mails.length]).toEqual([[['us@er', 'p@ss']], 1]);
});

test('where TLS is required nothing is sent without it, or to a server whose certificate nobody vouches for', async () => {
  const plain = await openInbox();
  const selfSigned = await openInbox({ disabledCommands: [] });
  onTestFinished(async () => {
    await Promise.all([plain.close(), selfSigned.close()]);
  });
  for (const { host, mails } of [plain, selfSigned]) {
    const sending = mailBy({ smtpUrl: `smtp://user:pass@${host}`, smtpTls: 'required' }).send(letter);
    await expect(sending).rejects.toThrow();
    expect(mails).toEqual([]);
  }
});

test('TLS is required everywhere but on this machine, unless it is switched off', () => {
  const from = 'baton@example.com';
  expect(smtpOptions({ from }, 'smtp://mail.example.com')).toMatchObject({ port: 587, requireTLS: true });
  expect(smtpOptions({ from }, 'smtps://mail.example.com')).toMatchObject({ port: 465, secure: true });
  expect(smtpOptions({ from }, 'smtp://127.0.0.1:1025')).toMatchObject({ port: 1025, ignoreTLS: true });
  expect(smtpOptions({ from, smtpTls: 'off' }, 'smtp://relay.internal')).toMatchObject({ ignoreTLS: true });
});

test.each([
  { ...to, name: 'Ada\r\nBcc: eve@example.com\r\n\r\nHello' },
  { ...to, name: 'Ada" <eve@example.com>, "' },
  { ...to, name: 'Ada\u2028Bcc: eve@example.com' },
  { name: 'Ada', address: 'ada@example.com\r\nBcc: eve@example.com' },
  { name: 'Ada', address: 'ada@example.com, eve@example.com' },
])('nothing that a user is called adds a line or a recipient: %j', async (hostile) => {
  const inbox = await openInbox();
  onTestFinished(inbox.close);
  const subject = 'Hello\r\nBcc: eve@example.com';
  await mailBy({ smtpUrl: `smtp://${inbox.host}` })
    .send({ ...letter, to: hostile, subject })
    .catch(() => undefined); // what is no address may be refused
  for (const { to: recipients, source } of inbox.mails) {
    expect(recipients).toHaveLength(1);
    expect(source.split('\r\n\r\n')[0]).not.toMatch(/^(bcc|cc):/im);
  }
});

test('a letter names no file and no address that is fetched', async () => {
  const inbox = await openInbox();
  onTestFinished(inbox.close);
  const text = { path: '/etc/hostname' } as unknown as string; // what a mail library would read
  await expect(mailBy({ smtpUrl: `smtp://${inbox.host}` }).send({ ...letter, text })).rejects.toThrow();
});

test('without a server a mail is a file that only its owner reads, and the log says where, without the link', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-mail-'));
  const lines: string[] = [];
  const log = openLog(
    'info',
    false,
    new Writable({ write: (line, _, done) => done(void lines.push(String(line))) }),
  );
  await mailBy({}, folder, log).send(letter);
  const [name = ''] = await readdir(path.join(folder, 'mail'));
  const file = path.join(folder, 'mail', name);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ file });
  expect(lines.join()).not.toContain('token');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const source = await readFile(file, 'utf8');
  expect(linkIn({ from: '', to: [], source, secure: false })).toBe(link);
  expect(source).toContain('To: Ada <ada@example.com>');
});

test('what a tenant is called is text, also in HTML', () => {
  const { html, text } = invitationLetter(
    { to, link, tenant: '<a href="https://evil.example">Acme</a>' },
    168,
  );
  expect(html).not.toContain('<a href="https://evil');
  expect(text).toContain('within 7 days');
  expect((html.match(/<a /g) ?? []).length).toBe(1);
});

test('a server that says nothing is given up', { timeout: 60_000 }, async () => {
  const options = smtpOptions({ from: 'baton@example.com' }, 'smtp://127.0.0.1:1');
  expect(options).toMatchObject({
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
  });
  const refused: Letter = letter;
  await expect(mailBy({ smtpUrl: 'smtp://127.0.0.1:1' }).send(refused)).rejects.toThrow(/ECONNREFUSED/);
});
