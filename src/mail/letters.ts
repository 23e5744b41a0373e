import type { Letter } from './open-mail.ts';

/** A letter that asks for a click. Users' own words stand in its head alone, so that nobody can make it say something else. */
interface Asking {
  to: Letter['to'];
  /** Of the service, with the token in its fragment, which browsers send to nobody. */
  link: string;
  /** What the tenant is called. */
  tenant: string;
}

/** To somebody who forgot their password. `hours`: how long the link works. */
export function resetLetter({ to, link, tenant }: Asking, hours: number): Letter {
  return letter(to, 'Set a new password', [
    `Somebody, probably you, asked for a new password for your account at ${tenant}.`,
    `This link sets one. It works once, within ${told(hours)}:`,
    link,
    'If it was not you, do nothing: your password stays as it is.',
  ]);
}

/** To somebody who was made a user. */
export function invitationLetter({ to, link, tenant }: Asking, hours: number): Letter {
  return letter(to, 'You are invited', [
    `You are invited to ${tenant}.`,
    `Choose a password to come in. This link works once, within ${told(hours)}:`,
    link,
    'If you know nothing of it, do nothing.',
  ]);
}

function letter(to: Letter['to'], subject: string, paragraphs: string[]): Letter {
  const isLink = (text: string) => /^https?:\/\/\S+$/.test(text);
  const body = paragraphs.map((text) => {
    const escaped = escapeHtml(text);
    return `<p>${isLink(text) ? `<a href="${escaped}">${escaped}</a>` : escaped}</p>`;
  });
  return {
    to,
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><body>\n${body.join('\n')}\n</body></html>\n`,
  };
}

function told(hours: number): string {
  if (hours === 1) return 'an hour';
  return hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);
}
