import type { PlayedTurn } from './play-behaviour.ts';

/** What happened on a thread, to read beside a counter-example. */
export function transcript(turns: PlayedTurn[], { after, requests, events }: PlayedTurn): string {
  const short = (value: unknown) => JSON.stringify(value).slice(0, 160);
  const lines = after.messages.map((message) => {
    const calls =
      message.type === 'ai'
        ? message.tool_calls.map(({ id, name, args }) => `${name}(${short(args)})#${id}`)
        : [];
    const whose = 'name' in message ? message.name : '';
    const answers = message.type === 'tool' ? `#${message.tool_call_id} ${message.status}` : '';
    return `  ${message.type} ${whose} ${answers} ${short(message.content)} ${calls.join(' ')}`;
  });
  return [
    `endings: ${turns.map(({ ending, answers }) => `${ending} (${answers.length} decisions)`).join(', ')}; model calls: ${requests.length}; now with ${after.agent}, done ${after.done}`,
    ...lines,
    'events of the last turn:',
    ...events.filter(({ type }) => type !== 'text-delta').map((event) => `  ${short(event)}`),
    'last request:',
    ...(requests.at(-1)?.messages ?? []).map(
      (message) => `  ${short({ ...message, response_metadata: undefined, usage_metadata: undefined })}`,
    ),
  ].join('\n');
}
