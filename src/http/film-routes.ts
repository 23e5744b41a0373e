import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import { getFilm } from '../films/get-film.ts';
import { filmSorts, listFilms } from '../films/list-films.ts';
import { invalidInput } from './check-input.ts';
import type { HttpEnv } from './http-env.ts';
import { problemSchema } from './problem-schema.ts';

const tags = ['Films'];
const most = 2_147_483_647; // of Postgres's integer
const ratings = ['G', 'PG', 'PG-13', 'R', 'NC-17'] as const;
const whole = z.coerce.number('expected a whole number').int('expected a whole number');
const minutes = whole.min(0).max(32_767);
const words = z.string().trim().min(1).max(200);

const querySchema = z.strictObject({
  q: words
    .optional()
    .describe('Words of the title or the description, as in a web search, or a part of the title.'),
  category: words.optional().describe('In any case: `action`, `Sci-Fi`.'),
  rating: z.enum(ratings).optional(),
  language: words.optional().describe('The spoken language, in any case.'),
  minLength: minutes.optional().describe('Minutes, included.'),
  maxLength: minutes.optional().describe('Minutes, included.'),
  releaseYear: whole.min(1800).max(3000).optional(),
  sort: z.enum(filmSorts).default('title'),
  order: z.enum(['asc', 'desc']).default('asc'),
  limit: whole.min(1).max(100).default(20),
  offset: whole.min(0).max(1_000_000).default(0),
});

const filmSchema = z
  .object({
    film_id: z.int(),
    title: z.string(),
    description: z.string().nullable(),
    release_year: z.int().nullable(),
    language: z.string(),
    original_language: z.string().nullable(),
    rental_duration: z.int().describe('Days that a copy may be kept.'),
    rental_rate: z.number().describe('Dollars.'),
    replacement_cost: z.number().describe('Dollars.'),
    length: z.int().nullable().describe('Minutes.'),
    rating: z.enum(ratings).nullable(),
    special_features: z.array(z.string()),
    category: z.string().nullable(),
    actors: z.array(z.object({ actor_id: z.int(), first_name: z.string(), last_name: z.string() })),
    last_update: z.iso.datetime(),
  })
  .openapi('Film');

const pageSchema = z
  .object({
    films: z.array(filmSchema),
    total: z.int().describe('How many films match, on all pages.'),
    limit: z.int(),
    offset: z.int(),
    next_offset: z.int().nullable().describe('Where the next page begins; null on the last.'),
  })
  .openapi('FilmPage');

const invalid = {
  description: 'The request is not valid.',
  content: { 'application/problem+json': { schema: problemSchema } },
};

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/films',
  tags,
  summary: 'List films',
  request: { query: querySchema },
  responses: {
    200: {
      description: 'A page of the films that match.',
      content: { 'application/json': { schema: pageSchema } },
    },
    400: invalid,
  },
});

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/films/{id}',
  tags,
  summary: 'Get a film',
  request: { params: z.object({ id: whole.min(1).max(most) }) },
  responses: {
    200: { description: 'The film.', content: { 'application/json': { schema: filmSchema } } },
    400: invalid,
    404: { ...invalid, description: 'There is no such film.' },
  },
});

/** The films of the rental shop, as a plain resource. */
export function filmRoutes({ db }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });

  app.openapi(listRoute, async (c) => {
    const query = c.req.valid('query');
    const { limit, offset } = query;
    const { films, total } = await listFilms(db, query);
    const end = offset + films.length;
    return c.json(
      { films, total, limit, offset, next_offset: films.length > 0 && end < total ? end : null },
      200,
    );
  });

  app.openapi(getRoute, async (c) => {
    const { id } = c.req.valid('param');
    const film = await getFilm(db, id);
    if (!film) throw new CallerError('not-found', `No film ${id}.`);
    return c.json(film, 200);
  });

  return app;
}
