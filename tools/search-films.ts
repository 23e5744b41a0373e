import { z } from 'zod';
import { ensureShop } from '../src/films/load-shop.ts';
import { type FilmHit, searchFilms } from '../src/films/search-films.ts';
import { defineTool } from '../src/handoff/define-tool.ts';

const wholeNumber = z.coerce.number().int();

const parameters = z.object({
  query: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .describe('What the film is about, in a few words: people, things, places, events.'),
  category: z.string().min(1).max(50).optional().describe('Only films of this category, such as Comedy.'),
  rating: z.enum(['G', 'PG', 'PG-13', 'R', 'NC-17']).optional().describe('Only films with this age rating.'),
  language: z.string().min(1).max(20).optional().describe('Only films in this language, such as English.'),
  min_length: wholeNumber.min(0).max(1000).optional().describe('Shortest running time, in minutes.'),
  max_length: wholeNumber.min(0).max(1000).optional().describe('Longest running time, in minutes.'),
  limit: wholeNumber.min(1).max(20).default(5).describe('How many films at most.'),
});

export const searchFilmsTool = defineTool({
  name: 'search_films',
  description:
    'Finds films by what they are about, best first: title, description, category, year, length, rating. ' +
    'It always returns the nearest films, so judge by the descriptions whether they fit.',
  parameters,
  changes: 'nothing',
  async run({ query, limit, category, rating, language, min_length, max_length }, context) {
    const filters = { category, rating, language, minLength: min_length, maxLength: max_length };
    const { database, embedder, signal } = context;
    const hits = await searchFilms(database.db, embedder, { query, limit, filters, signal });
    return {
      content: JSON.stringify({ films: hits.map(toShow) }),
      artifact: { query, hits: hits.map(toData) },
    };
  },
  async prepare({ database, embedder, progress }) {
    await ensureShop(database.db, embedder, {
      onProgress: (done, total, what) => progress(what, done, total),
    });
  },
});

/** The model judges by what a film is, not by scores that mean nothing across searches. */
function toShow({ score, parts, ...film }: FilmHit) {
  return film;
}

function toData(hit: FilmHit) {
  return { ...hit, parts: { ...hit.parts } };
}
