import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { recordAction } from '../audit/record.ts';
import { readVariable } from '../config.ts';
import type { ShownKey } from '../db/model-keys.ts';
import { getTenant } from '../db/tenants.ts';
import { CallerError } from '../errors.ts';
import { keyLimitFields, keySecret, providerName } from '../model/pool/keys-section.ts';
import { addKey, changeKey, type KeyRing, listKeys, removeKey } from '../model/pool/manage-keys.ts';
import { printable } from '../printable.ts';
import { asService, inTenant } from '../tenancy.ts';
import { readPassword } from './read-password.ts';

export interface ModelKeyCommand {
  ring: KeyRing;
  /** Null: the service. */
  owner: string | null;
  output: Writable;
}

/** As the command line has it. */
export interface ModelKeyOptions {
  provider: string;
  name?: string;
  baseUrl?: string;
  models?: string[];
  weight?: string;
  maxConcurrency?: string;
  requestsPerMinute?: string;
  tokensPerMinute?: string;
  /** A variable of the environment that holds the secret. */
  fromEnv?: string;
}

const { weight, maxConcurrency, requestsPerMinute, tokensPerMinute, models } = keyLimitFields;
const whole = z.coerce.number('expected a whole number');
const optionsSchema = z.object({
  provider: providerName,
  name: z.string().trim().min(1).max(100).optional(),
  baseUrl: z.string().max(2_000).optional(),
  models: models.default([]),
  weight: whole.pipe(weight).default(1),
  maxConcurrency: whole.pipe(maxConcurrency.unwrap()).nullable().default(null),
  requestsPerMinute: whole.pipe(requestsPerMinute.unwrap()).nullable().default(null),
  tokensPerMinute: whole.pipe(tokensPerMinute.unwrap()).nullable().default(null),
});

/**
 * `baton model-key add`: keeps a key whose secret is in a variable, or comes in over standard input; never in an argument. Throws a
 * `CallerError` that says what is wrong, without the secret.
 */
export async function addModelKey(
  { ring, owner, output }: ModelKeyCommand,
  { fromEnv, ...given }: ModelKeyOptions,
  { input, prompt }: { input: Readable; prompt: Writable },
): Promise<void> {
  const options = check(optionsSchema, given);
  await checkOwner(ring, owner);
  const text = fromEnv === undefined ? await readPassword(input, prompt, 'secret') : readVariable(fromEnv);
  if (!text) throw new CallerError('invalid-request', `The variable ${fromEnv} is not set.`);
  const secret = check(keySecret, text);
  await inWorkOf(owner, async () => {
    const draft = { ...options, name: options.name ?? options.provider, secret };
    const key = await addKey(ring, owner, draft).catch(tellIssues);
    await record(ring, owner, 'create', key.key_id);
    output.write(`${lineOf(key)}\n`);
  });
}

/** `baton model-key list`: prints the keys of the database, one a line, the oldest first. */
export async function printModelKeys({ ring, owner, output }: ModelKeyCommand): Promise<void> {
  await checkOwner(ring, owner);
  const keys = await inWorkOf(owner, () => listKeys(ring, owner));
  for (const key of keys) output.write(`${lineOf(key)}\n`);
  if (keys.length === 0) output.write('No keys.\n');
}

/** `baton model-key disable` and `enable`. Throws a `CallerError` where there is no such key. */
export async function switchModelKey(
  { ring, owner, output }: ModelKeyCommand,
  id: string,
  disabled: boolean,
): Promise<void> {
  await inWorkOf(owner, async () => {
    const key = await changeKey(ring, owner, id, { disabled });
    await record(ring, owner, disabled ? 'disable' : 'enable', id);
    output.write(`${lineOf(key)}\n`);
  });
}

/** `baton model-key remove`. Throws a `CallerError` where there is no such key. */
export async function removeModelKey({ ring, owner, output }: ModelKeyCommand, id: string): Promise<void> {
  await inWorkOf(owner, async () => {
    await removeKey(ring, owner, id);
    await record(ring, owner, 'delete', id);
    output.write(
      `The model key ${printable(id)} is gone. Services that run use it for ten more seconds at most.\n`,
    );
  });
}

function inWorkOf<Result>(owner: string | null, act: () => Promise<Result>): Promise<Result> {
  return owner === null ? asService(act) : inTenant(owner, act);
}

async function checkOwner({ db }: KeyRing, owner: string | null): Promise<void> {
  if (owner === null || (await getTenant(db, owner))) return;
  throw new CallerError('not-found', `There is no tenant ${printable(owner)}.`);
}

async function record({ db }: KeyRing, owner: string | null, verb: string, id: string): Promise<void> {
  const type = owner === null ? 'shared-model-key' : 'model-key';
  await recordAction(db, { action: `${type}-${verb}`, target: { type, id } });
}

function lineOf(key: ShownKey): string {
  const rates = [
    key.max_concurrency && `${key.max_concurrency} at once`,
    key.requests_per_minute && `${key.requests_per_minute} requests/min`,
    key.tokens_per_minute && `${key.tokens_per_minute} tokens/min`,
  ].filter(Boolean);
  const parts = [
    key.key_id,
    key.provider,
    key.last_four ? `…${key.last_four}` : '…',
    key.disabled ? 'disabled' : 'enabled',
    `weight ${key.weight}`,
    ...rates,
    ...(key.base_url ? [key.base_url] : []),
    ...(key.models.length > 0 ? [key.models.join(',')] : []),
    key.name,
  ];
  return printable(parts.join('  '));
}

/** What is wrong with a field of the API is told by its option. */
function tellIssues(error: unknown): never {
  if (!(error instanceof CallerError) || error.issues.length === 0) throw error;
  const told = error.issues.map(
    ({ path, message }) => `${optionName(path.replaceAll('_', '-'))}: ${message}`,
  );
  throw new CallerError(error.code, told.join('\n'), { cause: error });
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const told = checked.error.issues.map(({ path, message }) =>
    [path.map((part) => optionName(String(part))).join('.'), message].filter(Boolean).join(': '),
  );
  throw new CallerError('invalid-request', told.join('\n'));
}

function optionName(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
