import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { modelNamePattern, parseModelName } from '../../config/model-name.ts';
import type { Config } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import type { CassetteMode } from '../../model/cassettes/open-tape.ts';
import { nameOfModel } from '../../model/name-of-model.ts';

type ModelsConfig = Config['models'];
type Role = keyof ModelsConfig['roles'];

/** Which models play the roles while suites run. Runs of one profile can be compared with its baselines. */
export interface Profile {
  /** Part of the names of baselines: `offline`, `configured`, or one of `evals/profiles.yaml`; with what was replaced. */
  name: string;
  models: ModelsConfig;
  /** `provider:model` by role, `embed` included. */
  names: Record<string, string>;
  /** The same request always has the same reply. */
  deterministic: boolean;
}

const modelName = z.string().regex(modelNamePattern, 'expected provider:model, such as openai:gpt-4.1-mini');
const profileSchema = z.strictObject({
  fast: modelName,
  careful: modelName,
  embed: modelName.default('local'),
});
const profilesSchema = z.record(z.string().regex(/^[a-z0-9][a-z0-9.-]*$/), profileSchema);
type Names = z.infer<typeof profileSchema>;

const builtIn = { offline: { fast: 'offline', careful: 'offline', embed: 'local' } } as const;

/**
 * The models of a profile: `offline`, `configured` (what the environment says), or one of the project's `evals/profiles.yaml`, with single
 * roles replaced as in `fast=openai:gpt-4.1-mini`. Throws a `ConfigError` for a profile or a role that is not there.
 */
export async function readProfile(
  config: Pick<Config, 'models' | 'projectDir'>,
  name: string,
  replaced: readonly string[] = [],
): Promise<Profile> {
  const models = alone(withReplaced(await modelsOf(config, name), replaced));
  const names = {
    ...Object.fromEntries(Object.entries(models.roles).map(([role, model]) => [role, nameOfModel(model)])),
    embed: nameOfModel(models.embed),
  };
  return {
    name: [name, ...replaced.map((one) => one.replace(/[^\w.-]+/g, '-'))].join('+'),
    models,
    names,
    deterministic:
      Object.values(models.roles).every(({ provider }) => provider === 'offline') &&
      models.embed.provider === 'local',
  };
}

async function modelsOf(
  { models, projectDir }: Pick<Config, 'models' | 'projectDir'>,
  name: string,
): Promise<ModelsConfig> {
  if (name === 'configured') return models;
  const profiles: Record<string, Names> = { ...(await ownProfiles(projectDir)), ...builtIn };
  const found = profiles[name];
  if (found) return withNames(models, found);
  const known = ['configured', ...Object.keys(profiles)].toSorted().join(', ');
  throw new ConfigError([`There is no profile "${name}": known are ${known}.`]);
}

async function ownProfiles(projectDir: string): Promise<Record<string, Names>> {
  const file = path.join(projectDir, 'evals/profiles.yaml');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const read = profilesSchema.safeParse(parse(text) ?? {});
  if (read.success) return read.data;
  throw new ConfigError(
    read.error.issues.map(({ path: at, message }) => `evals/profiles.yaml: ${at.join('.')}: ${message}`),
  );
}

/**
 * Throws a `ConfigError` where strict replay would have to ask a model after all: vectors are not on tapes. `mode` is that of the tapes, absent
 * where there are none.
 */
export function refuseAsking({ name, models, names }: Profile, mode?: CassetteMode): void {
  if (mode !== 'replay' || models.embed.provider === 'local') return;
  throw new ConfigError([
    `--cassettes replay asks nobody, and the vectors of profile ${name} come from ${names.embed}, which no tape has: record with \`embed: local\` (in evals/profiles.yaml, or BATON_MODEL_EMBED=local), and replay so.`,
  ]);
}

function withNames(models: ModelsConfig, { fast, careful, embed }: Names): ModelsConfig {
  return {
    ...models,
    roles: { fast: parseModelName(fast), careful: parseModelName(careful) },
    embed: parseModelName(embed),
  };
}

/**
 * Nobody stands in for a model: what is measured, and recorded, is the one that is named. Each is its own stand-in, because the project's
 * `models.yaml` may name others where there is none.
 */
function alone(models: ModelsConfig): ModelsConfig {
  const { fast, careful } = models.roles;
  return { ...models, fallbacks: { fast: [fast], careful: [careful] } };
}

function withReplaced(models: ModelsConfig, replaced: readonly string[]): ModelsConfig {
  const roles = { ...models.roles };
  for (const one of replaced) {
    const [role = '', name = ''] = one.split(/=(.*)/s);
    if (!(role in roles) || !modelNamePattern.test(name))
      throw new ConfigError([
        `--model ${one}: expected a role and a model, such as fast=openai:gpt-4.1-mini.`,
      ]);
    roles[role as Role] = parseModelName(name); // it is one of them
  }
  return { ...models, roles };
}
