import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embedFilms } from '../../src/films/embed-films.ts';
import { importPagila } from '../../src/films/import-pagila.ts';
import { searchFilms } from '../../src/films/search-films.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const real = path.resolve(import.meta.dirname, '../../../shared/data/film_rental');

/** What is asked, and what title and description must all hold for a hit to be right. */
const judged: [query: string, right: RegExp[]][] = [
  ['a film about a shark in Canada', [/shark/i, /canadian/i]],
  ['a robot in a balloon factory', [/robot/i, /baloon factory/i]],
  ['Which movie has an astronaut on a space station?', [/astronaut/i, /space station/i]],
  ['a pastry chef in Berlin', [/pastry chef/i, /berlin/i]],
  ['something with a mad scientist and a monkey', [/mad scientist/i, /monkey/i]],
  ['a dentist in ancient Japan', [/dentist/i, /ancient japan/i]],
  ['sumo wrestlers fighting a crocodile', [/sumo wrestler/i, /crocodile/i]],
  ['a forensic psychologist in an abandoned mine', [/forensic psychologist/i, /mine shaft/i]],
  ['a lumberjack and a moose', [/lumberjack/i, /moose/i]],
  ['a secret agent in Nigeria', [/secret agent/i, /nigeria/i]],
  ['a cat in the Sahara', [/cat\b/i, /sahara/i]],
  ['hunters in the Australian outback', [/hunter/i, /outback/i]],
  ['a database administrator at a MySQL convention', [/database administrator/i, /mysql convention/i]],
  ['a butler in a Manhattan penthouse', [/butler/i, /manhattan penthouse/i]],
  ['squirrels on a jet boat', [/squirrel/i, /jet boat/i]],
  ['a feminist in the Gulf of Mexico', [/feminist/i, /gulf of mexico/i]],
  ['a drama with a composer in Soviet Georgia', [/composer/i, /soviet georgia/i]],
  ['an explorer and a frisbee', [/explorer/i, /frisbee/i]],
  ['a girl and a dog in a haunted fun house', [/girl|dog/i, /fun house/i]],
  ['Academy Dinosaur', [/academy dinosaur/i]],
];

describe.skipIf(!existsSync(real))(
  `on the real shop${existsSync(real) ? '' : ` (skipped: there is no ${real})`}`,
  () => {
    let made: TestDatabase;
    const embedder = createLocalEmbedder();
    beforeAll(async () => {
      made = await makeTestDatabase();
      await importPagila(made.database.db, real);
      await embedFilms(made.database.db, embedder);
    });
    afterAll(() => made.drop());

    test('of twenty questions, eighteen have a right film among the first five hits', async () => {
      const missed: string[] = [];
      for (const [query, right] of judged) {
        const hits = await searchFilms(made.database.db, embedder, { query, limit: 5 });
        const texts = hits.map((hit) => `${hit.title} ${hit.description}`);
        if (!texts.some((text) => right.every((part) => part.test(text)))) missed.push(query);
      }
      expect(judged.length - missed.length, `missed: ${missed.join('; ')}`).toBeGreaterThanOrEqual(18);
    });
  },
);
