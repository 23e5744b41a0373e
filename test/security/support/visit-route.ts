import { addressOf } from './address-of.ts';
import { type Answered, ask, type Sent } from './ask.ts';
import type { Ids } from './two-tenants.ts';
import type { Visit } from './walk-routes.ts';

/** The requests of a visit of a route, `METHOD /path/:param`. */
export function requestsOf(route: string, visit: Visit, ids: Ids, headers: Record<string, string>): Sent[] {
  const [method = '', template = ''] = route.split(' ');
  const names: string[] = [];
  const path = template.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => {
    names.push(name);
    return `{${name}}`;
  });
  const query = visit.query?.(ids) ?? {};
  const params = [
    ...names.map((name) => ({ in: 'path' as const, name, schema: {} })),
    ...Object.keys(query).map((name) => ({ in: 'query' as const, name, schema: {} })),
  ];
  const inPath = Object.fromEntries(names.map((name) => [name, ids[visit.params?.[name] ?? name] ?? name]));
  const address = addressOf({ params, path }, { ...inPath, ...query });
  const bodies = visit.bodies?.(ids) ?? [undefined];
  const accept = template.startsWith('/mcp') ? { accept: 'application/json, text/event-stream' } : {};
  return bodies.map((body) => ({
    method,
    path: address,
    whole: template.startsWith('/mcp'),
    headers: { 'content-type': 'application/json', ...accept, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }));
}

/** What an answer says, without what differs each time; of a stream, its first event. */
export async function plainAnswer(url: string, sent: Sent, ids: Ids): Promise<Answered & { plain: string }> {
  const answer = await ask(url, sent);
  const type = answer.headers.get('content-type');
  const text = type?.startsWith('text/event-stream') ? (answer.text.split('\n\n')[0] ?? '') : answer.text;
  return { ...answer, plain: `${answer.status} ${type} ${plainText(text, ids)}` };
}

/** A text without the ids, the times, and what the request was called. */
export function plainText(text: string, ids: Ids): string {
  let plain = text;
  for (const [name, id] of Object.entries(ids)) if (id.length > 3) plain = plain.replaceAll(id, `<${name}>`);
  return plain
    .replace(/[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/gi, '<id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, '<time>')
    .replace(/"(created|created_at)":\d+/g, '"$1":<time>');
}

/** Ids of the same form that nobody has. */
export function idsOfNobody(ids: Ids): Ids {
  const nobody = Object.entries(ids).map(([name, id]) => [name, fixed.has(name) ? id : unlike(id)]);
  return Object.fromEntries(nobody);
}

/** What is the same for all tenants. */
const fixed = new Set(['graph', 'film_id', 'suite']);

function unlike(id: string): string {
  if (id.includes('@')) return id.replace(/^[a-z0-9]+/, () => `x${hex()}${hex()}${hex()}${hex()}`);
  if (id.includes('.')) return id.replace(/[0-9A-Za-z](?=[^.]*$)/g, () => hex()); // the signature of a token
  if (!/[0-9a-f]{8}/.test(id)) return id.replace(/[a-z0-9]/gi, () => hex());
  return id.replace(/[0-9a-f]{8}[0-9a-f-]*/g, (run) => run.replace(/[0-9a-f]/g, () => hex()));
}

function hex(): string {
  return Math.floor(Math.random() * 16).toString(16);
}
