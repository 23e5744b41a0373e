import { z } from 'zod';
import { type AuditConfig, auditOf, auditVariables } from './config/audit.ts';
import { type AuthConfig, authOf, authVariables } from './config/auth.ts';
import { type BusConfig, busOf, busVariables } from './config/bus.ts';
import { type DatabaseConfig, databaseOf, databaseVariables } from './config/database.ts';
import { type EvalsConfig, evalsOf, evalsVariables } from './config/evals.ts';
import { type HttpConfig, httpOf, httpVariables } from './config/http.ts';
import { type KnowledgeConfig, knowledgeOf, knowledgeVariables } from './config/knowledge.ts';
import { type LimitsConfig, limitsOf, limitsVariables } from './config/limits.ts';
import { type LogConfig, logOf, logVariables } from './config/log.ts';
import { type MailConfig, mailOf, mailVariables } from './config/mail.ts';
import { type ModelsConfig, modelsOf, modelsVariables } from './config/models.ts';
import { type RetentionConfig, retentionOf, retentionVariables } from './config/retention.ts';
import { type Role, roleOf, roleVariables } from './config/role.ts';
import { type RunsConfig, runsOf, runsVariables } from './config/runs.ts';
import { type SecretsConfig, secretsOf, secretsVariables } from './config/secrets.ts';
import { type UsersConfig, usersOf, usersVariables } from './config/users.ts';
import { type WebhooksConfig, webhooksOf, webhooksVariables } from './config/webhooks.ts';
import { ConfigError } from './errors.ts';

export interface Config {
  http: HttpConfig;
  database: DatabaseConfig;
  bus: BusConfig;
  models: ModelsConfig;
  role: Role;
  runs: RunsConfig;
  webhooks: WebhooksConfig;
  retention: RetentionConfig;
  knowledge: KnowledgeConfig;
  evals: EvalsConfig;
  auth: AuthConfig;
  users: UsersConfig;
  mail: MailConfig;
  secrets: SecretsConfig;
  limits: LimitsConfig;
  audit: AuditConfig;
  log: LogConfig;
  /** The folder that holds `agents/`, `graphs/` and `tools/`. */
  projectDir: string;
}

/** One entry a variable; an empty variable counts as not set. Problems are listed in this order. */
export const variables = z.object({
  ...modelsVariables.shape,
  ...secretsVariables.shape,
  ...databaseVariables.shape,
  ...busVariables.shape,
  ...webhooksVariables.shape,
  ...roleVariables.shape,
  ...runsVariables.shape,
  ...retentionVariables.shape,
  ...knowledgeVariables.shape,
  ...evalsVariables.shape,
  ...limitsVariables.shape,
  ...authVariables.shape,
  ...usersVariables.shape,
  ...mailVariables.shape,
  ...auditVariables.shape,
  ...httpVariables.shape,
  ...logVariables.shape,
});

const environment: Record<string, string | undefined> = process.env;

/** Reads the process's environment, once, at start. Throws a `ConfigError` that lists all that is wrong. */
export function readConfig(): Config {
  return toConfig(environment, { cwd: process.cwd(), terminal: process.stderr.isTTY === true });
}

/** A variable that a file names instead of a secret. Undefined where it is not set, or empty. */
export function readVariable(name: string): string | undefined {
  return environment[name]?.trim() || undefined;
}

/** Turns variables into a config. Pure. Throws a `ConfigError` that lists all that is wrong. */
export function toConfig(
  env: Record<string, string | undefined>,
  { cwd, terminal }: { cwd: string; terminal: boolean },
): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = variables.safeParse(set);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(problemOf));
  const read = parsed.data;
  return {
    http: httpOf(read),
    database: databaseOf(read, cwd),
    bus: busOf(read),
    models: modelsOf(read),
    role: roleOf(read),
    runs: runsOf(read),
    webhooks: webhooksOf(read),
    retention: retentionOf(read),
    knowledge: knowledgeOf(read),
    evals: evalsOf(read),
    auth: authOf(read),
    users: usersOf(read),
    mail: mailOf(read),
    secrets: secretsOf(read),
    limits: limitsOf(read),
    audit: auditOf(read),
    log: logOf(read, terminal),
    projectDir: cwd,
  };
}

function problemOf(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** Whether the environment says something of LangChain's own tracing, which LangChain reads by itself. */
export function mentionsTracing(): boolean {
  return Object.keys(environment).some((name) => /^LANG(?:SMITH|CHAIN)_/.test(name));
}
