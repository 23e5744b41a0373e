import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Received {
  from: string;
  to: string[];
  /** The mail as it came, with CRLF. */
  source: string;
  /** Whether it came over TLS. */
  secure: boolean;
}

export interface Inbox {
  /** Where it listens, `host:port`. */
  host: string;
  mails: Received[];
  /** The next mail that comes for an address. */
  next(address: string): Promise<Received>;
  close(): Promise<void>;
}

/** A mail server that takes everything. */
export async function openInbox(options: SMTPServerOptions = {}): Promise<Inbox> {
  const mails: Received[] = [];
  const waiting: { address: string; resolve: (mail: Received) => void }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    ...options,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        const to = rcptTo.map(({ address }) => address);
        const mail = { from, to, source: Buffer.concat(chunks).toString(), secure: session.secure };
        mails.push(mail);
        const at = waiting.findIndex(({ address }) => to.includes(address));
        if (at >= 0) waiting.splice(at, 1)[0]?.resolve(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo; // a server that listens on TCP
  return {
    host: `127.0.0.1:${port}`,
    mails,
    next: (address) => new Promise((resolve) => waiting.push({ address, resolve })),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A mail with its lines put together again (quoted-printable). */
export function textOf({ source }: Received): string {
  return source.replaceAll('=\r\n', '').replaceAll('=3D', '=');
}

/** The link in a mail. */
export function linkIn(mail: Received): string {
  const [link] = /https?:\/\/[^\s<"]+/.exec(textOf(mail)) ?? [];
  if (!link) throw new Error(`There is no link in ${mail.source}`);
  return link;
}
