import { drive } from './drive.ts';
import type { Running, Stage } from './stage.ts';
import type { Subject } from './subject.ts';

/** For how long a service is warmed up, in milliseconds: the same for both. */
export const warmUpMs = ({ quick }: { quick: boolean }): number => (quick ? 1_000 : 60_000);

/**
 * Turns until what is used is compiled and planned, from a model that answers at once: three by one client, then at eight clients for so
 * many milliseconds. Nothing of it is measured, so a wrong answer is none of its concern. Returns how many turns came to their end.
 */
export async function warmUp(stage: Stage, subject: Subject, milliseconds: number): Promise<number> {
  await stage.model.setPace({ firstMs: 0, tokenMs: 0 });
  const { longFilms } = stage;
  const first = await drive(subject, { clients: 1, milliseconds: 10_000, most: 3, longFilms });
  const { turns } = await drive(subject, { clients: 8, milliseconds, longFilms });
  await stage.model.takeTimes();
  return first.turns.length + turns.length;
}

/** A service that was warmed up. With `quick` it is the one that another scenario has left, if there is one, and `done` leaves it up. */
export async function startWarm(
  stage: Stage,
  name: Subject['name'],
  plan: { quick: boolean },
): Promise<Running & { done(): Promise<void> }> {
  const running = (plan.quick && stage.kept(name)) || (await startNew(stage, name, plan));
  return { ...running, done: async () => (plan.quick ? stage.keep(running) : running.stop()) };
}

async function startNew(stage: Stage, name: Subject['name'], plan: { quick: boolean }): Promise<Running> {
  const running = await stage.start(name);
  try {
    await warmUp(stage, running.subject, warmUpMs(plan));
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}
