import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, inTenant, localTenant } from '../../src/tenancy.ts';
import { type Asked, askDesk, type Library, openLibrary, root, tell } from './support/questions.ts';

const data = path.resolve(root, '../shared/data');
const helpCentre = path.join(data, 'support_kb_logingov');
const occupations = path.join(data, 'career_onet/occupation_data.tsv');
const handbook = path.join(data, 'career_18f_handbook');
/** Chapters that questions are about: all of it takes a minute longer. */
const chapters = ['training-and-development', 'travel-and-leave'].map((chapter) =>
  path.join(handbook, chapter),
);
const there = [helpCentre, occupations, handbook].every((folder) => existsSync(folder));
if (!there)
  process.stderr.write(`Skipped: there is no help centre, no occupations or no handbook at ${data}.\n`);

/** A question, the documents of which one has to be cited, and what one of the quotes has to hold. */
type Case = [question: string, keys: RegExp, quote: RegExp];

const aboutAccounts: Case[] = [
  ['When does a one-time code expire?', /text-sms-or-phone-call|issues-with-text/, /ten minutes|10 minutes/],
  ['How many backup codes does Login.gov generate?', /backup-codes/, /ten codes/],
  [
    'How long do I have to wait when my account was locked during identity verification?',
    /why-is-my-account-locked/,
    /six hours/,
  ],
  ['What happens to my information when I delete my account?', /delete-your-account/, /delete/],
  ['¿Qué pasa si elimino mi cuenta?', /^es\/.*delete-your-account/, /[Ee]limin|No podrá|No perderá/],
  ['Que se passe-t-il si je supprime mon compte ?', /^fr\/.*delete-your-account/, /supprim/],
  ['删除账户时，我的电邮地址会怎样？', /^zh\/.*delete-your-account/, /删除/],
];

const aboutCareers: Case[] = [
  ['What do wind turbine service technicians do?', /occupation_data/, /wind turbines/],
  ['What do chiropractors do?', /occupation_data/, /spine/],
  ['What do locksmiths and safe repairers do?', /occupation_data/, /locks/],
  ['How many weeks of paid parental leave am I entitled to?', /parental-leave|leave\.md/, /12 weeks/],
  ['How long is a detail to another agency?', /detail/, /120 days/],
];

const caller: Caller = { tenant: localTenant, kind: 'local', id: 'local', name: 'local', role: 'member' };

async function askAll(library: Library, graph: string, cases: Case[]): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const [question] of cases) {
    asked.push(
      await inTenant({ tenant: localTenant, caller }, () => askDesk(library.context, graph, question)),
    );
  }
  return asked;
}

/** Whether a document that answers is cited, with the words that do. */
function isGood(cases: Case[]) {
  return ({ question, citations }: Asked): boolean => {
    const [, keys, quote] = cases.find(([asked]) => asked === question) ?? ['', /^$/, /^$/];
    return citations.some((citation) => keys.test(citation.key) && quote.test(citation.quote));
  };
}

describe.skipIf(!there)('a help centre of 220 pages in four languages', () => {
  let library: Library;
  beforeAll(async () => {
    library = await openLibrary('baton-docs', [helpCentre]);
  }, 600_000);
  afterAll(() => library.close());

  test('questions are answered from its pages, in the language of the question', async () => {
    const asked = await askAll(library, 'support', aboutAccounts);
    expect(tell('help centre: cited right', asked, isGood(aboutAccounts))).toBeGreaterThanOrEqual(0.7);
  }, 300_000);
});

describe.skipIf(!there)('1,110 occupations in a table, and chapters of a handbook', () => {
  let library: Library;
  beforeAll(async () => {
    library = await openLibrary('career', [occupations, ...chapters]);
  }, 600_000);
  afterAll(() => library.close());

  test('questions are answered from the row and the page that say it', async () => {
    const asked = await askAll(library, 'career', aboutCareers);
    expect(tell('occupations and handbook: cited right', asked, isGood(aboutCareers))).toBeGreaterThanOrEqual(
      0.7,
    );
  }, 300_000);
});
