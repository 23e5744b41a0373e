import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { importFilms } from '../../src/commands/import.ts';
import { defineSuite } from '../../src/eval/suites/define-suite.ts';
import { filmsSqlPolicy } from '../../src/films/films-sql-policy.ts';
import { checkSql } from '../../src/sql/check-sql.ts';
import { asOwner } from '../../src/tenancy.ts';

const data = path.resolve(import.meta.dirname, '../../../shared/data');
const dump = path.join(data, 'film_rental');
const questions = path.join(data, 'film_sql_gold/spider_sakila_share.json');

interface Question {
  id: string;
  question: string;
  sql: string;
  sql_postgres?: string;
}

/** Spider's questions on the film shop, asked of the films graph over the real data: see `shared/data/film_sql_gold`. */
export const suite = defineSuite({
  description: 'Questions on the real film shop that the examples of the SQL agent do not know.',
  graph: 'films',
  tags: ['sql'],
  unavailable: () =>
    [dump, questions].filter((file) => !existsSync(file)).map((file) => `there is no ${file}`)[0],
  setup: (context) => asOwner(() => importFilms(context, dump, () => undefined)),
  async cases() {
    const asked = JSON.parse(readFileSync(questions, 'utf8')) as Question[]; // the file's shape
    return Promise.all(asked.map(toCase));
  },
});

/** What the shop keeps to itself, as phone numbers, the agent may not read: then it has to say so. */
async function toCase({ id, question, sql, sql_postgres: adapted }: Question) {
  const gold = adapted ?? sql;
  const may = await checkSql(gold, filmsSqlPolicy);
  if (!may.ok) return { id, ask: question, tags: ['hidden'], expect: { refuses: true } };
  return { id, ask: question, expect: { sql: { gold: [gold], extraColumns: true } } };
}
