import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { smtpOptions } from './smtp-options.ts';

/** What is written to somebody. */
export interface Letter {
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
}

export interface Mail {
  /** Rejects with an `Error` when the letter is not taken. */
  send(letter: Letter): Promise<void>;
  close(): void;
}

/**
 * Mail by the server of `BATON_SMTP_URL`; without one each letter becomes a file of the data folder, and the log says where: its links
 * are as good as a password, so the log has the file's name alone. Connects when the first letter is sent.
 */
export function openMail(config: Pick<Config, 'mail' | 'database'>, log: Logger): Mail {
  const { from, smtpUrl } = config.mail;
  if (!smtpUrl) return openFolder(path.join(config.database.dataDir, 'mail'), from, log);
  const options = smtpOptions(config.mail, smtpUrl);
  const transport = openOnce((mailer) => mailer.createTransport(options));
  return {
    async send(letter) {
      await (await transport.get()).sendMail(toMessage(letter, from));
    },
    close: transport.close,
  };
}

function openFolder(folder: string, from: string, log: Logger): Mail {
  const transport = openOnce((mailer) => mailer.createTransport({ streamTransport: true, buffer: true }));
  return {
    async send(letter) {
      const { message } = await (await transport.get()).sendMail(toMessage(letter, from));
      const file = path.join(
        folder,
        `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID().slice(0, 8)}.eml`,
      );
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(file, message as Buffer, { mode: 0o600 }); // as `buffer` makes it
      log.info({ file }, 'a mail is in a file, since BATON_SMTP_URL is not set');
    },
    close: transport.close,
  };
}

/** Loaded and opened for the first letter: most processes never send one. */
function openOnce<Transport extends { close(): void }>(
  open: (mailer: typeof import('nodemailer')) => Transport,
) {
  let opened: Promise<Transport> | undefined;
  return {
    get() {
      opened ??= import('nodemailer').then(open);
      return opened;
    },
    close: () =>
      void opened?.then(
        (transport) => transport.close(),
        () => undefined, // whoever sent has heard of it
      ),
  };
}

/** The head of a mail is lines: nothing that users write may end one. Nothing in a letter is a file or an address to fetch. */
function toMessage({ to, subject, text, html }: Letter, from: string) {
  return {
    from: { name: 'Baton', address: from },
    to: { name: oneLine(to.name), address: oneLine(to.address) },
    subject: oneLine(subject),
    text,
    html,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
