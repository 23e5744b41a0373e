import { z } from 'zod';

/** The parts of a path: `values.messages[-1].content`. */
const pathSchema = z
  .string()
  .max(200)
  .regex(
    /^[\w-]+(\.[\w-]+|\[-?\d{1,6}\])*$/,
    'expected a path such as values.messages[-1].content or metadata.topic',
  );

/** What to take out of each thread, by the name to give it. */
export const extractSchema = z
  .record(z.string().max(100), pathSchema)
  .refine((paths) => Object.keys(paths).length <= 10, 'expected at most 10 paths');

/** What stands at each path of a thread; null where nothing does. */
export function extract(thread: object, paths: z.output<typeof extractSchema>): Record<string, unknown> {
  const plain: unknown = JSON.parse(JSON.stringify(thread)); // as the client sees it
  return Object.fromEntries(Object.entries(paths).map(([alias, path]) => [alias, valueAt(plain, path)]));
}

function valueAt(thread: unknown, path: string): unknown {
  let value = thread;
  for (const [part] of path.matchAll(/[\w-]+/g)) {
    if (Array.isArray(value)) value = value.at(Number(part));
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, part))
      value = (value as Record<string, unknown>)[part]; // its own key
    else return null;
  }
  return value ?? null;
}
