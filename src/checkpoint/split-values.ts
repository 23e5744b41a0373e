import type { ChannelVersions, Checkpoint } from '@langchain/langgraph-checkpoint';
import { isFitKey } from './encode-value.ts';
import { dumpValue } from './serializer.ts';
import type { TextMemory } from './text-memory.ts';

/**
 * How long a value may be that a checkpoint's row holds itself, in characters of JSON. It may only grow: a value that has not changed is
 * either in the row or in the one that its version has.
 */
export const shortValue = 512;

/** What a version of a channel is stored from. */
export interface ChannelValue {
  channel: string;
  version: string;
  /** An array that only grows, as it was when the step ended; else the value's JSON. */
  content: { items: readonly unknown[] } | { text: string };
}

/**
 * Parts the values of a checkpoint: short ones, changed or not, are a JSON object by channel, for its row; of the others those are given
 * that the step changed, in the order of their names, so that two statements that meet in the same rows cannot deadlock.
 *
 * A channel without a value, or with undefined, is empty and has none. What has no version is no part of the state.
 */
export function splitValues(
  { channel_values, channel_versions }: Pick<Checkpoint, 'channel_values' | 'channel_versions'>,
  newVersions: ChannelVersions,
  { appendOnly, texts }: { appendOnly: ReadonlySet<string>; texts: TextMemory },
): { short: string; others: ChannelValue[] } {
  const short: string[] = [];
  const others: ChannelValue[] = [];
  for (const [channel, value] of Object.entries(channel_values)) {
    if (value === undefined) continue;
    const grows = appendOnly.has(channel) && Array.isArray(value);
    const version = channel_versions[channel];
    const text =
      grows || version === undefined || !isFitKey(channel)
        ? undefined
        : texts.shortText(value, String(version));
    const newVersion = newVersions[channel];
    if (text !== undefined) short.push(`${JSON.stringify(channel)}:${text}`);
    else if (newVersion !== undefined) {
      const content = grows ? { items: [...value] } : { text: dumpValue(value) };
      others.push({ channel, version: String(newVersion), content });
    }
  }
  others.sort((a, b) => (a.channel < b.channel ? -1 : 1));
  return { short: `{${short.join(',')}}`, others };
}
