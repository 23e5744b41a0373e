import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';
import type { Config } from '../config.ts';

/** How long a server may take to connect, to greet, and between two words, in milliseconds. */
const waits = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
  dnsTimeout: 5_000,
};

/**
 * How to reach the server of an `smtp://` or `smtps://` URL. `smtps` is TLS from the first byte; `smtp` must be raised to it before
 * anything is said (STARTTLS), unless the server is on this machine or `BATON_SMTP_TLS` is off. Certificates are checked.
 */
export function smtpOptions({ smtpTls }: Config['mail'], smtpUrl: string): SMTPTransportOptions {
  const url = new URL(smtpUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'smtps:';
  const required = (smtpTls ?? (isThisMachine(host) ? 'off' : 'required')) === 'required';
  return {
    host,
    port: url.port ? Number(url.port) : secure ? 465 : 587,
    secure,
    ...(!secure && (required ? { requireTLS: true } : { ignoreTLS: true })),
    ...(url.username && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    tls: { minVersion: 'TLSv1.2' },
    ...waits,
  };
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
