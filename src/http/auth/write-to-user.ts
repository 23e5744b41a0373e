import type { AppContext } from '../../app-context.ts';
import { type MailPurpose, mailTokenHours, makeMailToken } from '../../identity/mail-tokens.ts';
import { findUserByEmail, type User } from '../../identity/users.ts';
import { invitationLetter, resetLetter } from '../../mail/letters.ts';
import { currentTenant } from '../../tenancy.ts';

type WriteContext = Pick<AppContext, 'db' | 'config' | 'mail' | 'log'>;

/** Sends a user of the current tenant the way in. Returns whether the mail was taken; the log says why not. */
export async function invite(context: WriteContext, user: User): Promise<boolean> {
  try {
    await write(context, user, 'invitation');
    return true;
  } catch (error) {
    context.log.warn({ err: error, userId: user.user_id }, 'an invitation could not be sent');
    return false;
  }
}

/** Sends a way to a new password to an address of the current tenant, if somebody who may come in has it. Never rejects. */
export async function offerReset(context: WriteContext, email: string): Promise<void> {
  try {
    const user = await findUserByEmail(context.db, email);
    if (user?.status === 'active') await write(context, user, 'reset');
  } catch (error) {
    context.log.warn({ err: error }, 'a mail for a new password could not be sent');
  }
}

async function write({ db, config, mail }: WriteContext, user: User, purpose: MailPurpose): Promise<void> {
  const token = await makeMailToken(db, user.user_id, purpose);
  const asking = {
    to: { name: user.name, address: user.email },
    link: `${publicUrl(config)}/account/${purpose}#${token}`,
    tenant: await nameOfTenant(db),
  };
  const letter = purpose === 'reset' ? resetLetter : invitationLetter;
  await mail.send(letter(asking, mailTokenHours[purpose]));
}

/** Never from a request: whoever asks for a mail would choose where its link leads. */
function publicUrl({ http }: AppContext['config']): string {
  const { publicUrl, host, port } = http;
  return publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function nameOfTenant(db: AppContext['db']): Promise<string> {
  const { name } = await db
    .selectFrom('baton.tenant')
    .select('name')
    .where('tenant_id', '=', currentTenant())
    .executeTakeFirstOrThrow();
  return name;
}
