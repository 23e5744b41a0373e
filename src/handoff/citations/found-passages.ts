import type { Passage } from '../../knowledge/search/search-knowledge.ts';
import { type Json, type Message, textOf } from '../../message.ts';
import type { Seat, SeatedGraph } from '../seat.ts';
import { turnMessages } from '../state.ts';
import { transferIn } from '../transfer.ts';
import { toldIn } from './told-in.ts';

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
  /** What its searches gave, by id. Of two passages with an id, which are alike, the one that was found first. */
  passages: Map<string, FoundPassage>;
  /** What its other calls gave, and of what they asked the words of the user. */
  told: string[];
  /** What the user said. */
  asked: string;
  /** Whether the turn has searched the documents. */
  searched: boolean;
}

/** What the turn has found, once any of its agents has searched the documents; undefined before. */
export function foundInTurn(seated: SeatedGraph, messages: Message[]): Found | undefined {
  const found = readTurn(seated, messages);
  return found.searched ? found : undefined;
}

/**
 * What an agent's words are held against: those of every agent of a graph with `citations` once the turn has searched, and before that
 * those of agents that could search.
 */
export function heldAgainst(seated: SeatedGraph, seat: Seat, messages: Message[]): Found | undefined {
  if (!seated.graph.citations) return undefined;
  const found = readTurn(seated, messages);
  return found.searched || seat.tools.some(({ findsPassages }) => findsPassages) ? found : undefined;
}

const readings = new WeakMap<Message[], { seated: SeatedGraph; found: Found }>();

/** A history stays as it is, and a step asks for what it tells more than once. */
function readTurn(seated: SeatedGraph, messages: Message[]): Found {
  const known = readings.get(messages);
  if (known?.seated === seated) return known.found;
  const found = readAll(seated, messages);
  readings.set(messages, { seated, found });
  return found;
}

function readAll(seated: SeatedGraph, messages: Message[]): Found {
  const turn = turnMessages(messages);
  const searching = searchTools(seated);
  const results = turn.filter((message) => message.type === 'tool' && !transferIn(message));
  const searches = results.filter((message) => message.type === 'tool' && searching.has(message.name));
  const passages = searches.flatMap((message) =>
    message.type === 'tool' ? passagesIn(message.artifact) : [],
  );
  const asked = turn
    .flatMap((message) => (message.type === 'human' ? [textOf(message.content)] : []))
    .join('\n');
  return {
    passages: firstById(passages),
    told: toldIn(turn, searching, asked),
    asked,
    searched: searches.length > 0,
  };
}

function firstById(passages: FoundPassage[]): Map<string, FoundPassage> {
  const first = new Map<string, FoundPassage>();
  for (const passage of passages) if (!first.has(passage.id)) first.set(passage.id, passage);
  return first;
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
