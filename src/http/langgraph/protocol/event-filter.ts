import { z } from 'zod';
import type { ProtocolEvent } from './protocol-event.ts';
import { rootNamespace } from './protocol-event.ts';

const channels = [
  'values',
  'updates',
  'messages',
  'tools',
  'lifecycle',
  'input',
  'checkpoints',
  'tasks',
  'custom',
];

const channelSchema = z
  .string()
  .max(256)
  .refine((name) => channels.includes(name) || /^custom:./.test(name), {
    error: `expected one of ${channels.join(', ')} or custom:<name>`,
  });

/** What a client wants to hear of a thread; `since` leaves out what it has. */
export const eventFilterSchema = z.strictObject({
  channels: z.array(channelSchema).max(100),
  namespaces: z
    .array(z.array(z.string().max(256)).max(64))
    .max(100)
    .optional(),
  depth: z.int().min(0).optional().describe('How many levels below the namespaces.'),
  since: z.int().min(0).optional().describe('The `seq` of the last event that the client has.'),
});

export type EventFilter = z.output<typeof eventFilterSchema>;

/** Whether the filter lets an event through. */
export function wants({ channels, namespaces, depth, since }: EventFilter, event: ProtocolEvent): boolean {
  if (since !== undefined && event.seq <= since) return false;
  const heard = channelsOf(event).some((channel) => channels.includes(channel));
  return heard && (!namespaces?.length || namespaces.some((prefix) => matches(rootNamespace, prefix, depth)));
}

/** A named custom event is heard on its own channel and on that of all. */
function channelsOf({ method, data }: ProtocolEvent): string[] {
  if (method === 'input.requested') return ['input'];
  if (method === 'custom' && 'name' in data && data.name) return ['custom', `custom:${data.name}`];
  return [method];
}

/**
 * Whether a namespace lies at or below a prefix, at most `depth` levels. A segment of the prefix without a
 * colon also stands for every task of that node: `node` for `node:task`.
 */
export function matches(namespace: string[], prefix: string[], depth = Number.POSITIVE_INFINITY): boolean {
  if (prefix.length > namespace.length || namespace.length - prefix.length > depth) return false;
  return prefix.every((segment, at) => {
    const found = namespace[at] ?? '';
    return found === segment || (!segment.includes(':') && found.split(':')[0] === segment);
  });
}
