import { drive } from './drive.ts';
import type { Stage } from './stage.ts';
import type { Subject } from './subject.ts';

/**
 * Turns until what is used is compiled and planned, from a model that answers at once: three by one client, then at eight clients for so
 * many milliseconds, fifty each at most. Nothing of it is measured, so a wrong answer is none of its concern. Returns how many turns came
 * to their end.
 */
export async function warmUp(stage: Stage, subject: Subject, milliseconds: number): Promise<number> {
  await stage.model.setPace({ firstMs: 0, tokenMs: 0 });
  const { longFilms } = stage;
  const first = await drive(subject, { clients: 1, milliseconds: 10_000, most: 3, longFilms });
  const { turns } = await drive(subject, { clients: 8, milliseconds, most: 50, longFilms });
  await stage.model.takeTimes();
  return first.turns.length + turns.length;
}
