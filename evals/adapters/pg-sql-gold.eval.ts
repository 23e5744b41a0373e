import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { defineSuite } from '../../src/eval/suites/define-suite.ts';
import { folderOfDumps, loadDatabases } from '../projects/any-database/databases.ts';
import { goldVariants } from './gold-variants.ts';

const folder = path.dirname(folderOfDumps);
const files = ['questions_gen_postgres', 'instruct_basic_postgres', 'instruct_advanced_postgres'];

interface Question {
  db_name: string;
  query_category: string;
  question: string;
  query: string;
  instructions?: string;
}

/** Questions on seven PostgreSQL databases that the agent has never seen, with gold statements: see `shared/data/pg_sql_gold`. */
export const suite = defineSuite({
  description: 'SQL on seven databases that the agent sees for the first time.',
  projectDir: 'evals/projects/any-database',
  graph: 'any-database',
  tags: ['sql'],
  unavailable: () => (existsSync(folderOfDumps) ? undefined : `there is no ${folderOfDumps}`),
  setup: ({ database }) => loadDatabases(database),
  cases: () => files.flatMap(casesOf),
});

function casesOf(file: string) {
  const text = readFileSync(path.join(folder, `${file}.csv`), 'utf8');
  const questions = parse(text, { columns: true }) as Question[]; // the file's columns
  return questions.map(
    ({ db_name: database, query_category: category, question, query, instructions }, at) => ({
      id: `${file.replace('_postgres', '').replaceAll('_', '-')}-${String(at + 1).padStart(3, '0')}`,
      ask: instructions ? `${question}\n\n${instructions}` : question,
      tags: [database, category],
      configurable: { database },
      // As the data set's own evaluation has it, columns beside those asked for do no harm.
      expect: { sql: { gold: goldVariants(query), schema: database, extraColumns: true } },
    }),
  );
}
