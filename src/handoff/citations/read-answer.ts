import { announcedHandoff } from '../announced-handoff.ts';
import type { Edge } from '../graph-file.ts';
import { addressesIn, addressNames, strangeAddresses } from './addresses.ts';
import { bearOut, readClaim } from './claim.ts';
import type { Found } from './found-passages.ts';
import { isTurnedAround, type PassageSentence, readSentences } from './is-turned-around.ts';
import type { Block } from './read-blocks.ts';
import { readUnits, type Unit } from './read-units.ts';
import { type Known, onlyHandsOver, statesNothing } from './states-nothing.ts';
import { joinEvidence, readEvidence, type WordEvidence } from './word-evidence.ts';

/**
 * What a unit is: `stated`, and so in need of a passage; `told`, by another tool of the turn; `declined`, in the graph's words; or nothing
 * that needs support: `talk` and `frame`.
 */
export type Part = 'stated' | 'told' | 'declined' | 'talk' | 'frame';

/** A unit of an answer and what it rests on. */
export interface Statement {
  unit: Unit;
  part: Part;
  /** The passages that it cites and that were found in the turn. */
  cites: string[];
  /** Those and, where it cites none, those that are cited for it. */
  by: string[];
  /** The unit with their marks, where that is another one of its paragraph. */
  via?: Unit;
  /** What it cites and was not found in the turn. */
  unknown: string[];
}

export interface Answer {
  text: string;
  blocks: Block[];
  statements: Statement[];
}

/** What an answer is held against. */
export interface Ground {
  found: Found;
  known: Known;
  /** What each passage says. */
  passages: Map<string, WordEvidence>;
  sentences: Map<string, PassageSentence[]>;
  /** The addresses that each passage names, or where it comes from. */
  addresses: Map<string, Set<string>>;
  decline: string;
  /** Edges on which a handoff may be announced. */
  open: Edge[];
}

/** The share of its words that a statement's passages must have: see `test/handoff/citations/word-share.test.ts`. */
export const leastShare = 0.55;

export function readGround(found: Found, decline: string, open: Edge[]): Ground {
  const list = [...found.passages.values()];
  const sentences = new Map(list.map(({ id, text, language }) => [id, readSentences(text, language)]));
  const passages = new Map(
    list.map(({ id, title = '', headings, language }) => {
      const above = readEvidence([title, ...headings].join('\n'), language);
      return [id, joinEvidence([above, ...(sentences.get(id) ?? [])])];
    }),
  );
  const languages = [...new Set(list.map(({ language }) => language))];
  const asked = joinEvidence(
    [...new Set(['en', ...languages])].map((language) => readEvidence(found.asked, language)),
  );
  const addresses = new Map(
    list.map(({ id, title = '', headings, text, url = '' }) => [
      id,
      addressNames(title, ...headings, text, url),
    ]),
  );
  const all = joinEvidence([...passages.values(), asked]);
  const known = { all, asked, askedAddresses: addressNames(found.asked), languages };
  return { found, known, passages, sentences, addresses, decline, open };
}

/** Reads an answer: what it states, and which passages are cited for what. Images that no passage has are no part of it. */
export function readAnswer(written: string, ground: Ground): Answer {
  const text = withoutImages(written, [...ground.addresses.values()]);
  const { blocks, units } = readUnits(text);
  const declining = declinePattern(ground.decline);
  const declines = [...text.matchAll(declining)].map(({ 0: written, index }) => ({
    start: index,
    end: index + written.length,
  }));
  const told = readTold(ground.found.told);
  const statements = units.map((unit): Statement => {
    const ids = [...new Set(unit.marks.flatMap((mark) => mark.ids))];
    const cites = ids.filter((id) => ground.found.passages.has(id));
    const malformed = unit.marks
      .filter((mark) => mark.malformed)
      .map(({ start, end }) => text.slice(start, end));
    const unknown = [...ids.filter((id) => !ground.found.passages.has(id)), ...malformed];
    const own = declines.filter(({ start, end }) => unit.start < end && start < unit.end);
    const isDecline = own.length > 0 && saysNothingMore(outside(own, unit, text), unit, ground);
    return { unit, part: partOf(unit, isDecline, cites.length > 0, told, ground), cites, by: cites, unknown };
  });
  return { text, blocks, statements: covered(statements) };
}

const image = /!\[[^[\]]{0,500}\]\([^()]{0,2000}\)|<img\b[^<>]{0,2000}>/gi;

/** A client that shows an image asks its address for it, and tells it what stands there. */
function withoutImages(text: string, known: Set<string>[]): string {
  return text.replace(image, (written) =>
    addressesIn(written).length > 0 && strangeAddresses(written, ...known).length === 0 ? written : '',
  );
}

/** What other tools of the turn told. */
interface Told extends WordEvidence {
  sentences: PassageSentence[];
  addresses: Set<string>;
}

function readTold(texts: string[]): Told {
  const sentences = texts.flatMap((text) => readSentences(text, 'en'));
  return { ...joinEvidence(sentences), sentences, addresses: addressNames(...texts) };
}

function partOf(unit: Unit, isDecline: boolean, cites: boolean, told: Told, ground: Ground): Part {
  if (isDecline) return 'declined';
  const needless = statesNothing(unit, ground.known);
  if (needless && !(cites && unit.text)) return needless;
  if (cites) return 'stated';
  if (isAnnouncement(unit.text, ground)) return 'talk';
  return isTold(unit.text, told, ground) ? 'told' : 'stated';
}

function isAnnouncement(text: string, { known, open }: Ground): boolean {
  const names = open.map(({ to }) => to);
  return announcedHandoff(text, open) !== undefined && onlyHandsOver(text, names, known);
}

function isTold(text: string, told: Told, { known }: Ground): boolean {
  const claim = readClaim(text, ['en']);
  const { missing, share } = bearOut(claim, told);
  if (claim.told === 0 || told.terms.size === 0 || missing.length > 0 || share < leastShare) return false;
  if (strangeAddresses(text, told.addresses, known.askedAddresses).length > 0) return false;
  return !isTurnedAround(text, claim, told.sentences);
}

/** The graph's words for declining, however their spaces and capitals are. */
function declinePattern(decline: string): RegExp {
  const words = decline
    .replace(/[.!。！]+$/, '')
    .split(/\s+/)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(words.join('\\s+'), 'giu');
}

/** Whether what a sentence says beside declining is no statement: `Sorry, …`. */
function saysNothingMore(beside: string, unit: Unit, { known }: Ground): boolean {
  return statesNothing({ ...unit, text: beside }, known) !== undefined;
}

function outside(places: { start: number; end: number }[], unit: Unit, text: string): string {
  let from = unit.start;
  const parts = places.map(({ start, end }) => {
    const before = text.slice(from, Math.max(from, start));
    from = end;
    return before;
  });
  return [...parts, text.slice(from, Math.max(from, unit.end))].join(' ');
}

/**
 * Which passages are cited for a statement that cites none itself:
 * those of the next statement of its paragraph or item; those of the list, table or code that it leads to with a colon; for code,
 * those of the statement before it.
 */
function covered(statements: Statement[]): Statement[] {
  const result = [...statements];
  let next: Statement | undefined;
  for (let at = result.length - 1; at >= 0; at--) {
    let statement = result[at] as Statement; // within bounds
    if (statement.part !== 'stated') continue;
    if (statement.cites.length === 0 && statement.unknown.length === 0) {
      if (next && next.unit.block === statement.unit.block)
        statement = { ...statement, by: next.by, via: next.via ?? next.unit };
      else if (leadsOn(statement)) statement = { ...statement, by: citedIn(ledTo(result, at)) };
    }
    result[at] = statement;
    next = statement;
  }
  return result.map((statement, at) =>
    statement.unit.block.kind === 'code' && statement.part === 'stated'
      ? { ...statement, by: result[at - 1]?.by ?? [] }
      : statement,
  );
}

export function leadsOn({ unit }: Statement): boolean {
  return /[:：]$/.test(unit.text);
}

/** How far a line with a colon leads, in statements: otherwise a long list of such lines takes the square of its length. */
const mostLed = 300;
const parts = ['item', 'row', 'table-head', 'code'];

/** What a line that ends with a colon leads to: the rest of its block; otherwise the list, table or code behind it, or the next block. */
export function ledTo(statements: Statement[], at: number): Statement[] {
  const here = (statements[at] as Statement).unit.block; // within bounds
  const there = statements[at + 1]?.unit.block;
  const isLed = ({ unit: { block } }: Statement) =>
    block === there || (there !== here && there && parts.includes(there.kind) && parts.includes(block.kind));
  const rest = statements.slice(at + 1, at + 1 + mostLed);
  const end = rest.findIndex((statement) => !isLed(statement));
  return end < 0 ? rest : rest.slice(0, end);
}

function citedIn(statements: Statement[]): string[] {
  return [...new Set(statements.flatMap(({ cites }) => cites))];
}
