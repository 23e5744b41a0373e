import { z } from 'zod';
import { ConfigError } from '../errors.ts';

/** How users are written to; without a server each mail becomes a file in the data folder. */
export interface MailConfig {
  smtpUrl?: string;
  smtpTls?: 'required' | 'off';
  from: string;
}

export const mailVariables = z.object({
  BATON_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'expected a URL that begins with smtp:// or smtps://' })
    .optional(),
  BATON_SMTP_TLS: z.enum(['required', 'off'], 'expected required or off').optional(),
  BATON_MAIL_FROM: z.email('expected an address such as baton@example.com').optional(),
});

/** Throws a `ConfigError` where a server is named without a sender: a server of others takes no mail from nowhere. */
export function mailOf(read: z.infer<typeof mailVariables>): MailConfig {
  if (read.BATON_SMTP_URL && !read.BATON_MAIL_FROM) {
    throw new ConfigError([
      'BATON_MAIL_FROM: expected the address that mails come from, since BATON_SMTP_URL is set',
    ]);
  }
  return {
    ...(read.BATON_SMTP_URL && { smtpUrl: read.BATON_SMTP_URL }),
    ...(read.BATON_SMTP_TLS && { smtpTls: read.BATON_SMTP_TLS }),
    from: read.BATON_MAIL_FROM ?? 'baton@localhost.localdomain',
  };
}
