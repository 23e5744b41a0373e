import type { Rating } from '../db/tables/film-tables.ts';
import {
  type Genre,
  genres,
  type Lead,
  languages,
  settings,
  specialFeatures,
  titleAdjectives,
} from './film-words.ts';
import { firstNames, lastNames } from './people-words.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Shop } from './shop-tables.ts';

type Films = Pick<Shop, 'language' | 'category' | 'actor' | 'film' | 'film_actor' | 'film_category'>;
type Setting = readonly [opening: string, place: string];

const filmCount = 300;
const actorCount = 100;
export const lastUpdate = '2025-09-01T00:00:00Z';

/** The catalogue: films with their languages, categories and actors. Titles are unique. */
export function generateFilms(random: SeededRandom): Films {
  const titles = new Set<string>();
  const plots = genres.flatMap((genre) => genre.leads.map((lead) => ({ genre, lead })));
  const films: Films = {
    language: languages.map((name, index) => ({ language_id: index + 1, name, last_update: lastUpdate })),
    category: genres.map(({ name }, index) => ({ category_id: index + 1, name, last_update: lastUpdate })),
    actor: actors(random),
    film: [],
    film_actor: [],
    film_category: [],
  };
  for (let id = 1; id <= filmCount; id++) {
    const plot = plots[(id * 37) % plots.length] as (typeof plots)[number]; // 37 shares no factor with 112: every plot in turn
    films.film.push(film(random, id, plot, titles));
    films.film_category.push({
      film_id: id,
      category_id: genres.indexOf(plot.genre) + 1,
      last_update: lastUpdate,
    });
    for (const { actor_id = 0 } of random.sample(films.actor, random.whole(2, 7))) {
      films.film_actor.push({ actor_id, film_id: id, last_update: lastUpdate });
    }
  }
  return films;
}

function actors(random: SeededRandom): Films['actor'] {
  const names = new Set<string>();
  while (names.size < actorCount) names.add(`${random.pick(firstNames)} ${random.pick(lastNames)}`);
  return [...names].map((name, index) => {
    const [first_name = '', last_name = ''] = name.split(' ');
    return { actor_id: index + 1, first_name, last_name, last_update: lastUpdate };
  });
}

function film(
  random: SeededRandom,
  film_id: number,
  { genre, lead }: { genre: Genre; lead: Lead },
  titles: Set<string>,
): Films['film'][number] {
  const setting: Setting = random.pick<Setting>(settings[genre.where]);
  const dubbed = random.chance(0.1);
  return {
    film_id,
    title: newTitle(random, lead, setting, titles),
    description: `${setting[0]}, ${lead.who} ${lead.does}. ${random.pick(genre.turns)}`,
    release_year: random.whole(1968, 2024),
    language_id: random.chance(0.6) ? 1 : random.whole(2, languages.length),
    original_language_id: dubbed ? random.whole(2, languages.length) : null,
    rental_duration: random.whole(3, 7),
    rental_rate: random.pick(['0.99', '1.99', '2.99', '3.99', '4.99']),
    length: random.whole(62, 174),
    replacement_cost: `${random.whole(9, 29)}.99`,
    rating: ratingFor(random, genre),
    last_update: lastUpdate,
    special_features: random.sample(specialFeatures, random.whole(0, 3)).sort(),
  };
}

const titlePatterns: ((random: SeededRandom, nouns: Lead['nouns'], place: string) => string)[] = [
  (_, [noun], place) => `The ${noun} of ${place}`,
  (random, nouns) => `${random.pick(titleAdjectives)} ${random.pick(nouns)}`,
  (random, nouns) => `The ${random.pick(titleAdjectives)} ${random.pick(nouns)}`,
  (_, [first, second]) => `The ${first} and the ${second}`,
  (_, [, noun], place) => `${noun} in ${place}`,
  (random, nouns) => `The Last ${random.pick(nouns)}`,
  (random, nouns) => `One ${random.pick(nouns)} Too Many`,
];

function newTitle(random: SeededRandom, lead: Lead, [, place]: Setting, titles: Set<string>): string {
  let title: string;
  do title = random.pick(titlePatterns)(random, lead.nouns, place);
  while (titles.has(title));
  titles.add(title);
  return title;
}

const forChildren = new Set(['Animation', 'Family']);
const forAdults = new Set(['Horror', 'Crime']);

function ratingFor(random: SeededRandom, { name }: Genre): Rating {
  if (forChildren.has(name)) return random.pick(['G', 'PG']);
  if (forAdults.has(name)) return random.pick(['PG-13', 'R', 'NC-17']);
  return random.pick(['G', 'PG', 'PG-13', 'PG-13', 'R']);
}
