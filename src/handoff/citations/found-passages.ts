import type { Passage } from '../../knowledge/search/search-knowledge.ts';
import { type Json, type Message, textOf } from '../../message.ts';
import type { SeatedGraph } from '../seat.ts';
import { turnMessages } from '../state.ts';
import { transferIn } from '../transfer.ts';

/** A passage as an agent was shown it. */
export type FoundPassage = Pick<
  Passage,
  | 'id'
  | 'documentId'
  | 'collection'
  | 'key'
  | 'name'
  | 'title'
  | 'url'
  | 'headings'
  | 'pages'
  | 'text'
  | 'language'
>;

/** What an answer of a turn may rest on. */
export interface Found {
  /** What its searches gave, by id. */
  passages: Map<string, FoundPassage>;
  /** What its other calls asked and gave. */
  told: string[];
  /** What the user said. */
  asked: string;
}

/** What the turn has found, once any of its agents has searched the documents; undefined before. */
export function foundInTurn(seated: SeatedGraph, messages: Message[]): Found | undefined {
  const turn = turnMessages(messages);
  const searching = searchTools(seated);
  const results = turn.filter((message) => message.type === 'tool' && !transferIn(message));
  const searches = results.filter((message) => message.type === 'tool' && searching.has(message.name));
  if (searches.length === 0) return undefined;
  const passages = searches.flatMap((message) =>
    message.type === 'tool' ? passagesIn(message.artifact) : [],
  );
  return {
    passages: new Map(passages.map((passage) => [passage.id, passage])),
    told: turn.flatMap((message) => toldBy(message, turn, searching)),
    asked: turn.flatMap((message) => (message.type === 'human' ? [textOf(message.content)] : [])).join('\n'),
  };
}

/** The tools of a graph whose results are passages. */
export function searchTools({ seats }: SeatedGraph): Set<string> {
  const tools = [...seats.values()].flatMap(({ tools }) => tools);
  return new Set(tools.filter(({ findsPassages }) => findsPassages).map(({ name }) => name));
}

/** The passages beside a result, as a tool that finds passages gives them. */
export function passagesIn(artifact: Json | undefined): FoundPassage[] {
  const { passages } = (artifact ?? {}) as { passages?: FoundPassage[] }; // what `Tool.findsPassages` promises
  return Array.isArray(passages) ? passages : [];
}

function toldBy(message: Message, turn: Message[], searching: Set<string>): string[] {
  if (
    message.type !== 'tool' ||
    message.status === 'error' ||
    searching.has(message.name) ||
    transferIn(message)
  )
    return [];
  const calls = turn.flatMap((one) => (one.type === 'ai' ? one.tool_calls : []));
  const args = message.args ?? calls.find(({ id }) => id === message.tool_call_id)?.args ?? {};
  return [`${message.name.replaceAll('_', ' ')} ${JSON.stringify(args)} ${message.content}`];
}
