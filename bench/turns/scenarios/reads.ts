import { Pool } from 'undici';
import { drive } from '../drive.ts';
import type { Figure } from '../figure.ts';
import { medianOf, quantileOf } from '../quantiles.ts';
import { right } from '../right.ts';
import type { Findings, Plan } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { batonAt, type Subject } from '../subject.ts';
import { startWarm } from '../warm-up.ts';

/** What the demo data has, with ids from 1 on. */
const films = 300;

interface Reads {
  readsPerSecond: number;
  readP95: number;
  cachedP95: number;
  databaseP95: number;
}

/**
 * Rows that are read through the API with a key, over 32 kept connections; answers that were kept and are given again; and answers that
 * the database was asked for, which are the turns of the scenario. The model answers at once; eight clients ask.
 */
export async function measureReads(stage: Stage, plan: Plan): Promise<Findings> {
  const { quick, rounds } = plan;
  const milliseconds = quick ? 500 : 5_000;
  const { subject, done } = await startWarm(stage, 'baton', plan);
  try {
    await readFilms(subject, quick ? 200 : 2_000);
    const measured: Reads[] = [];
    for (let round = 0; round < rounds; round++) {
      const { readsPerSecond, readP95 } = await readFilms(subject, milliseconds);
      const cachedP95 = await askAgain(stage, subject, milliseconds);
      const { turns } = right(
        await drive(subject, { clients: 8, milliseconds, longFilms: stage.longFilms }),
        'database answers',
      );
      const databaseP95 = quantileOf(
        turns.map(({ endMs }) => endMs),
        0.95,
      );
      measured.push({ readsPerSecond, readP95, cachedP95, databaseP95 });
    }
    return { figures: figuresOf(measured), details: { measured } };
  } finally {
    await done();
  }
}

/** Films by their ids, one after the other. */
async function readFilms(subject: Subject, milliseconds: number) {
  const pool = new Pool(subject.url, { connections: 32 });
  const headers = { authorization: `Bearer ${subject.key}` };
  const began = performance.now();
  const times: number[] = [];
  let next = 0;
  async function client(): Promise<void> {
    while (performance.now() - began < milliseconds) {
      const id = (next++ % films) + 1;
      const asked = performance.now();
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: `/api/v1/films/${id}`,
        headers,
      });
      const text = await body.text();
      times.push(performance.now() - asked);
      if (statusCode !== 200 || !text.includes(`"film_id":${id},`))
        throw new Error(`Film ${id} was answered with ${statusCode}: ${text.slice(0, 200)}`);
    }
  }
  await Promise.all(Array.from({ length: 32 }, client));
  const readsPerSecond = (1_000 * times.length) / (performance.now() - began);
  await pool.close();
  return { readsPerSecond, readP95: quantileOf(times, 0.95) };
}

/** The same question on ever new threads. Throws when the model was asked: then the answer was none that was kept. */
async function askAgain(stage: Stage, { url, pid, key }: Subject, milliseconds: number): Promise<number> {
  const pages = batonAt({ url, pid, key }, 'pages');
  const ask = async (clients: number, time: number) =>
    right(await drive(pages, { clients, milliseconds: time, number: 123_456, longFilms: 0 }), 'kept answers');
  await ask(1, 300);
  await stage.model.takeTimes();
  const { turns } = await ask(8, milliseconds);
  if ((await stage.model.takeTimes()).size > 0)
    throw new Error('The model was asked for an answer that is kept.');
  return quantileOf(
    turns.map(({ endMs }) => endMs),
    0.95,
  );
}

function figuresOf(measured: Reads[]): Figure[] {
  const of = (value: (one: Reads) => number) => medianOf(measured.map(value));
  return [
    {
      what: 'database reads of one instance',
      unit: '/s',
      better: 'more',
      baton: of((one) => one.readsPerSecond),
      target: 1_000,
      digits: 0,
    },
    { what: 'database reads p95', unit: 'ms', better: 'less', baton: of((one) => one.readP95) },
    { what: 'kept answers p95', unit: 'ms', better: 'less', baton: of((one) => one.cachedP95), target: 100 },
    {
      what: 'database answers p95',
      unit: 'ms',
      better: 'less',
      baton: of((one) => one.databaseP95),
      target: 500,
    },
  ];
}
