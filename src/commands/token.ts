import { recordAction } from '../audit/record.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/open-database.ts';
import { getTenant } from '../db/tenants.ts';
import { CallerError } from '../errors.ts';
import { issueToken } from '../identity/issue-token.ts';
import { roles } from '../tenancy.ts';
import { unknownName } from '../yaml/file-problem.ts';
import { parseDuration } from './parse-duration.ts';

export interface TokenOptions {
  tenant: string;
  subject: string;
  role: string;
  graphs?: string[];
  ttl?: string;
}

/** Prints a token for somebody who has neither key nor account. Throws a `CallerError`, also where no secret is set to sign with. */
export async function issueTokenCommand(
  { config, db, output }: { config: Config; db: Database['db']; output: NodeJS.WritableStream },
  { tenant, subject, role: asked, graphs, ttl }: TokenOptions,
): Promise<void> {
  const role = roles.find((one) => one === asked);
  if (!role) throw new CallerError('invalid-request', unknownName('role', asked, [...roles]));
  if (!config.auth.signingKey) {
    throw new CallerError(
      'unprocessable',
      'Set BATON_AUTH_SECRET, here and for the service: openssl rand -base64 32',
    );
  }
  if (!(await getTenant(db, tenant))) throw new CallerError('not-found', `There is no tenant ${tenant}.`);
  const { token } = await issueToken(config, {
    tenant,
    sub: subject,
    kind: 'token',
    role,
    name: subject,
    graphs,
    ttlSeconds: ttl === undefined ? undefined : parseDuration('--ttl', ttl),
  });
  const target = { type: 'token', id: subject };
  await recordAction(db, { action: 'token-issue', tenant, target, details: { role, graphs, ttl } });
  output.write(`${token}\n`);
}
