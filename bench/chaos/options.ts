import { parseArgs } from 'node:util';

export type Role = 'both' | 'api' | 'worker';

export interface ChaosOptions {
  /** One process with the embedded database, instead of replicas on PostgreSQL. */
  embedded: boolean;
  /** What each replica does. */
  roles: Role[];
  /** How often a replica is killed; other faults come in proportion. */
  kills: number;
  seed: number;
  /** How long load and faults may last; what is accepted by then is waited for beyond it. */
  minutes: number;
  /** Clients at once. */
  clients: number;
  /** The time between two kills, about, in milliseconds. */
  everyMs: number;
  /** How long after the last fault everything has to have ended, in milliseconds. */
  settleMs: number;
  /** Restarts the database server; without it, every connection of the server is ended. */
  restartCommand?: string;
  json?: string;
}

const few = { kills: 4, minutes: 0.35, clients: 6, everyMs: 3_000, settleMs: 60_000 };
const many = { kills: 40, minutes: 10, clients: 8, everyMs: 3_000, settleMs: 180_000 };

/** Reads the command line. Throws on what it does not know. */
export function readOptions(args: string[]): ChaosOptions {
  const { values } = parseArgs({
    args,
    options: {
      replicas: { type: 'string', default: '2' },
      roles: { type: 'string' },
      kills: { type: 'string' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      clients: { type: 'string' },
      'every-ms': { type: 'string' },
      'restart-command': { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      embedded: { type: 'boolean', default: false },
    },
  });
  const usual = values.quick ? few : many;
  const restartCommand = values['restart-command'] ?? process.env.CHAOS_RESTART_COMMAND;
  return {
    embedded: values.embedded,
    roles: values.embedded ? ['both'] : rolesOf(values.roles, Number(values.replicas)),
    kills: Number(values.kills ?? usual.kills),
    seed: Number(values.seed),
    minutes: Number(values.minutes ?? usual.minutes),
    clients: Number(values.clients ?? usual.clients),
    everyMs: Number(values['every-ms'] ?? (values.embedded ? 2.5 : 1) * usual.everyMs), // one that is away keeps all waiting
    settleMs: usual.settleMs,
    ...(restartCommand && { restartCommand }),
    ...(values.json && { json: values.json }),
  };
}

/** `--roles api,worker,worker` says what each does; else there are so many that do both. */
function rolesOf(list: string | undefined, replicas: number): Role[] {
  if (!list) return Array.from({ length: replicas }, () => 'both');
  return list.split(',').map((role) => {
    if (role === 'api' || role === 'worker' || role === 'both') return role;
    throw new Error(`--roles: ${role} is none of api, worker and both`);
  });
}
