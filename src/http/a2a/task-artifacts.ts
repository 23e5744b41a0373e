import type { Artifact, Part } from '@a2a-js/sdk';
import type { Speech } from '../openai/speech.ts';
import { dataPart, textPart } from './task-parts.ts';

/** A change of an artifact: its parts come behind those that were told, or in their place. */
export interface ArtifactChange {
  artifact: Artifact;
  append: boolean;
  lastChunk: boolean;
}

/** What a task brought forth: each message that its agents said, of which the answer comes with what it rests on. */
export interface TaskArtifacts {
  speak(pieces: Speech[], agent: string): ArtifactChange[];
  /** The answer is told, in this artifact: what it rests on comes behind it. `instead` is its text when that is not what was told. */
  answer(id: string, data: object, instead?: string): ArtifactChange[];
  /** Nothing more is said. */
  close(): ArtifactChange[];
  list(): Artifact[];
}

interface Entry {
  id: string;
  agent: string;
  name: string;
  text: string;
  data?: object;
  told: boolean;
  open: boolean;
}

export function openTaskArtifacts(): TaskArtifacts {
  const entries = new Map<string, Entry>();

  function begin(id: string, agent: string): Entry {
    const entry = { id, agent, name: agent, text: '', told: false, open: true };
    entries.set(id, entry);
    return entry;
  }

  function speak(pieces: Speech[], agent: string): ArtifactChange[] {
    return pieces.flatMap((piece) => {
      const entry = entries.get(piece.item) ?? begin(piece.item, agent);
      if (piece.type === 'begin') return [];
      if (piece.type === 'end') return replace(entry, piece.text);
      entry.text += piece.text;
      return [tell(entry, [textPart(piece.text)])];
    });
  }

  function answer(id: string, data: object, instead?: string): ArtifactChange[] {
    const entry = entries.get(id) ?? begin(id, '');
    entry.name = 'answer';
    const replaced = instead === undefined ? [] : replace(entry, instead);
    entry.data = data;
    entry.open = false;
    return [...replaced, tell(entry, [dataPart(data)], { lastChunk: true })];
  }

  function close(): ArtifactChange[] {
    const open = [...entries.values()].filter((entry) => entry.open);
    return open.map((entry) => {
      entry.open = false;
      return tell(entry, [textPart('')], { lastChunk: true }); // an artifact has a part
    });
  }

  return { speak, answer, close, list: () => [...entries.values()].map(toArtifact) };
}

/** A guard may have changed what was said already. */
function replace(entry: Entry, text: string): ArtifactChange[] {
  if (entry.text === text) return [];
  entry.text = text;
  entry.told = false;
  return [tell(entry, [textPart(text)])];
}

function tell(entry: Entry, parts: Part[], { lastChunk = false } = {}): ArtifactChange {
  const append = entry.told;
  entry.told = true;
  return { artifact: { ...headOf(entry), parts }, append, lastChunk };
}

function toArtifact(entry: Entry): Artifact {
  const said = entry.text ? [textPart(entry.text)] : [];
  return { ...headOf(entry), parts: [...said, ...(entry.data ? [dataPart(entry.data)] : [])] };
}

function headOf({ id, name, agent }: Entry) {
  const metadata = agent ? { agent } : undefined;
  return { artifactId: id, name, description: '', metadata, extensions: [] };
}
