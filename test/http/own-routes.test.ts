import { afterAll, beforeAll, expect, test } from 'vitest';
import { listFilms } from '../../src/films/list-films.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

async function get<Body = unknown>(path: string): Promise<{ status: number; body: Body }> {
  const response = await service.app.request(path);
  return { status: response.status, body: (await response.json()) as Body }; // what the caller expects there
}

/** What people look at. */
function isPage(path: string): boolean {
  return path === '/' || path.startsWith('/docs') || path.startsWith('/account/');
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  requestBody?: { content: { 'application/json': { schema: object } } };
}
type Page = Awaited<ReturnType<typeof listFilms>>;

test('the process is up, and ready when everything that a turn needs is there', async () => {
  expect(await get('/health')).toEqual({ status: 200, body: { status: 'up' } });
  const ready = () => get('/ready'); // what is done at the start may be waiting for the database just then
  await expect.poll(ready).toMatchObject({
    status: 200,
    body: {
      status: 'ready',
      role: 'both',
      draining: false,
      checks: {
        accepting: { ok: true },
        connections: { ok: true, waiting: 0 },
        queue: { ok: true, running: 0, concurrency: 200, waiting: 0, oldestWaitingSeconds: 0 },
        bus: { ok: true, state: service.context.bus.state() },
        database: { ok: true, kind: service.context.database.kind },
        migrations: { ok: true, pending: [] },
        models: { ok: true, fast: 'offline' },
        graphs: { ok: true, names: ['desk', 'till'] },
      },
    },
  });
});

test('a service that stops is not ready and says why', async () => {
  service.context.turns.stopping = true;
  const answer = await get('/ready');
  service.context.turns.stopping = false;
  expect(answer).toMatchObject({
    status: 503,
    body: { status: 'not-ready', draining: true, checks: { accepting: { ok: false } } },
  });
});

test('LangGraph’s clients are told that all is well and who answers', async () => {
  expect(await get('/ok?check_db=1')).toEqual({ status: 200, body: { ok: true } });
  expect((await get('/info')).body).toMatchObject({
    version: expect.any(String),
    flags: { assistants: true },
  });
});

test('every route is in the OpenAPI document, and nothing else is', async () => {
  const { body } = await get<Document>('/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const described = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = service.app.routes
    .filter(({ method, path }) => method !== 'ALL' && !isPage(path))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(?:\{\S+?\})?/g, '{$1}')}`);
  expect(new Set(described)).toEqual(new Set(served));
});

test('each operation of the document says what it is for, and bodies have schemas', async () => {
  const { body } = await get<Document>('/openapi.json');
  for (const operation of Object.values(body.paths).flatMap((methods) => Object.values(methods))) {
    expect(operation).toMatchObject({ summary: expect.any(String), tags: [expect.any(String)] });
  }
  const run = body.paths['/threads/{thread_id}/runs/stream']?.post;
  expect(run?.requestBody?.content['application/json'].schema).toHaveProperty('properties.assistant_id');
});

test('the docs page and all that it loads come from here, under a policy without inline scripts', async () => {
  const page = await service.app.request('/docs');
  const html = await page.text();
  expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self'");
  expect(page.headers.get('Content-Security-Policy')).not.toContain('unsafe');
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(2);
  for (const link of links) expect((await service.app.request(link)).status).toBe(200);
  expect((await service.app.request('/')).headers.get('Location')).toBe('/docs');
});

test('films are listed page by page, as the query finds them', async () => {
  const { body: empty } = await get<Page>('/api/v1/films');
  expect(empty).toEqual({ films: [], total: 0, limit: 20, offset: 0, next_offset: null });
  await insertFilms();
  const query = { limit: 2, offset: 0, sort: 'length' as const, order: 'desc' as const };
  const { body } = await get('/api/v1/films?limit=2&sort=length&order=desc');
  const found = await listFilms(service.context.db, query);
  expect(body).toEqual({ ...found, limit: 2, offset: 0, next_offset: 2 });
  const { body: rest } = await get('/api/v1/films?limit=2&offset=2&sort=length&order=desc');
  expect(rest).toMatchObject({ total: 3, next_offset: null, films: [{ title: 'Short One' }] });
  expect(
    (await get<Page>('/api/v1/films?minLength=60&maxLength=100&rating=PG&releaseYear=2006')).body.total,
  ).toBe(1);
  expect((await get<Page>('/api/v1/films?q=short')).body.films).toMatchObject([{ title: 'Short One' }]);
});

test('a film is found by its number', async () => {
  const [film] = (await get<Page>('/api/v1/films')).body.films;
  expect(await get(`/api/v1/films/${film?.film_id}`)).toEqual({ status: 200, body: film });
  expect((await get('/api/v1/films/2147483647')).status).toBe(404);
});

async function insertFilms(): Promise<void> {
  const { db } = service.context;
  await db.insertInto('films.language').values({ language_id: 1, name: 'English' }).execute();
  const film = {
    language_id: 1,
    rental_duration: 3,
    rental_rate: '0.99',
    replacement_cost: '9.99',
    release_year: 2006,
  };
  await db
    .insertInto('films.film')
    .values([
      { ...film, film_id: 1, title: 'Short One', length: 50, rating: 'G' },
      { ...film, film_id: 2, title: 'Middle One', length: 90, rating: 'PG' },
      { ...film, film_id: 3, title: 'Long One', length: 150, rating: 'R' },
    ])
    .execute();
}
