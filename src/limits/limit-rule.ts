/** What is counted. `open` are streams and sockets at once in a process, `waiting` turns that wait for a worker; the others come in a time. */
export const things = ['requests', 'turns', 'logins', 'uploads', 'streams', 'open', 'waiting'] as const;
export type Thing = (typeof things)[number];

/** Whom something is counted to. `bot`: the graph that is asked, whichever of its assistants was named, as one tenant uses it. */
export const kinds = ['address', 'key', 'user', 'tenant', 'bot'] as const;
export type Kind = (typeof kinds)[number];

/** At most `quota` of a thing for each of a kind: within any time as long as the window, or at once where there is none. */
export interface Rule {
  /** `turns.user`; of requests the kind alone: `user`. */
  name: string;
  thing: Thing;
  kind: Kind;
  quota: number;
  /** Whole seconds, in milliseconds. */
  windowMs?: number;
}

/** Sorts out which limits there can be: before it is known who asks, there is only an address. */
const kindsOf: Record<Thing, readonly Kind[]> = {
  requests: ['address', 'key', 'user', 'tenant'],
  turns: kinds,
  logins: ['address'],
  uploads: ['address', 'key', 'user', 'tenant'],
  streams: ['address', 'key', 'user', 'tenant'],
  open: ['address', 'key', 'user', 'tenant'],
  waiting: ['tenant'],
};

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const longest = units.d;
const most = 1_000_000_000;

/** What a limit is of, by its name; undefined where there is no such limit. `bot` alone is of turns. */
export function readName(name: string): Pick<Rule, 'name' | 'thing' | 'kind'> | undefined {
  const [first = '', second] = name.split('.');
  const thing = things.find((known) => known === (second === undefined ? thingOf(first) : first));
  const kind = kinds.find((known) => known === (second ?? first));
  if (!thing || !kind || !kindsOf[thing].includes(kind) || name.split('.').length > 2) return undefined;
  return { name: nameOf(thing, kind), thing, kind };
}

function thingOf(kind: string): Thing {
  return kind === 'bot' ? 'turns' : 'requests';
}

function nameOf(thing: Thing, kind: Kind): string {
  return thing === thingOf(kind) ? kind : `${thing}.${kind}`;
}

/** The name of a thing's limit for each of a kind, where there is such a thing: `turns` of `key` is `turns.key`. */
export function nameFor(asked: string, kind: Kind): string | undefined {
  const thing = things.find((known) => known === asked);
  return thing && nameOf(thing, kind);
}

/** All names that limits can have. */
export function ruleNames(): string[] {
  return things.flatMap((thing) => kindsOf[thing].map((kind) => nameOf(thing, kind)));
}

/** How much, and in which time: `60/1m`, or `60` of what is counted at once. Undefined where it says nothing of the kind. */
export function readAmount(thing: Thing, text: string): Pick<Rule, 'quota' | 'windowMs'> | undefined {
  const [, quota, count, unit] = /^(\d{1,10})(?:\/(\d{0,4})([smhd]))?$/.exec(text) ?? [];
  const within = unit as keyof typeof units | undefined; // the pattern lets no other through
  if (quota === undefined || Number(quota) < 1 || Number(quota) > most) return undefined;
  if ((within === undefined) !== isAtOnce(thing)) return undefined;
  if (within === undefined) return { quota: Number(quota) };
  const windowMs = Number(count || 1) * units[within];
  return windowMs > 0 && windowMs <= longest ? { quota: Number(quota), windowMs } : undefined;
}

export function isAtOnce(thing: Thing): boolean {
  return thing === 'open' || thing === 'waiting';
}

/** As it is written: `60/1m`. */
export function writeAmount({ quota, windowMs }: Pick<Rule, 'quota' | 'windowMs'>): string {
  if (windowMs === undefined) return String(quota);
  const [unit, milliseconds] = Object.entries(units).findLast(([, ms]) => windowMs % ms === 0) ?? [
    's',
    1_000,
  ];
  return `${quota}/${windowMs / milliseconds}${unit}`;
}
