import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** How the model speaks: milliseconds to the first token, and from each to the next. */
export interface Pace {
  firstMs: number;
  tokenMs: number;
}

/** The scripted model, in its own process. */
export interface Model {
  /** What goes into `OPENAI_BASE_URL`. */
  url: string;
  setPace(pace: Pace): Promise<void>;
  /** How many milliseconds the model took for each question since this was last asked, by the question's number. */
  takeTimes(): Promise<Map<number, number>>;
  stop(): void;
}

export async function startModel(): Promise<Model> {
  const child = fork(path.join(import.meta.dirname, 'model.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [port] = await once(child, 'message');
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/v1`,
    async setPace(pace) {
      await fetch(`${origin}/pace`, { method: 'PUT', body: JSON.stringify(pace) });
    },
    async takeTimes() {
      return new Map((await (await fetch(`${origin}/times`)).json()) as [number, number][]); // as the server writes it
    },
    stop: () => void child.kill(),
  };
}
