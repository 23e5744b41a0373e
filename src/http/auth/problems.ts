import { problemSchema } from '../problem-schema.ts';

const descriptions = {
  400: 'The request is not valid.',
  401: 'Nobody is known who asks.',
  403: 'You may not do this.',
  404: 'There is no such thing.',
  409: 'It is not in a state for that.',
  422: 'This service cannot do it.',
} as const;
type Status = keyof typeof descriptions;

/** The answers of our own routes to what goes wrong, for the OpenAPI document. */
export function problems<const Statuses extends Status[]>(...statuses: Statuses) {
  const answers = statuses.map((status) => [
    status,
    { description: descriptions[status], content: { 'application/problem+json': { schema: problemSchema } } },
  ]);
  return Object.fromEntries(answers) as Record<
    Statuses[number],
    { description: string; content: { 'application/problem+json': { schema: typeof problemSchema } } }
  >; // one entry a status
}
