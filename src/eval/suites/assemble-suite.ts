import { access } from 'node:fs/promises';
import path from 'node:path';
import type { FileProblem } from '../../yaml/file-problem.ts';
import type { Case, Suite } from '../suite.ts';
import { caseIds } from './case-ids.ts';
import { findInside } from './find-inside.ts';
import { readCaseFile } from './read-case-file.ts';
import { type CaseEntry, resolveCase } from './resolve-case.ts';
import type { SuiteDraft } from './suite-draft.ts';

/** Puts a suite together: finds the files that it names, reads their cases, and resolves all of them. Returns every mistake otherwise. */
export async function assembleSuite(projectDir: string, draft: SuiteDraft): Promise<Suite | FileProblem[]> {
  const { name, written, source, setup } = draft;
  const home = await findHome(projectDir, draft);
  if (typeof home !== 'string') return home;
  const problems = await checkCollections(projectDir, home, draft);
  const more = await readMore(projectDir, draft);
  const own = written.cases.map((one, at): CaseEntry => ({ written: one, source, at: ['cases', at] }));
  const entries = [...own, ...more.entries];
  const cases = resolveAll(entries, draft);
  const faults = [...problems, ...more.problems, ...cases.problems];
  if (entries.length + faults.length === 0)
    return [source.problem(['cases'], 'It has no cases: write cases, or files of them at from.')];
  if (faults.length > 0) return faults;
  return {
    name,
    description: written.description,
    graph: written.graph,
    ...(written.projectDir !== undefined && { projectDir: home }),
    collections: written.collections,
    repeat: written.repeat,
    leastEffect: written.leastEffect,
    cases: cases.read,
    ...(setup && { setup }),
    file: source.file,
  };
}

function resolveAll(
  entries: CaseEntry[],
  { written }: SuiteDraft,
): { read: Case[]; problems: FileProblem[] } {
  const { graph, tags, gate, expect = {} } = written;
  const given = entries.flatMap(({ written: { id } }) => (id === undefined ? [] : [id]));
  const idFor = caseIds(given);
  const first = new Map<string, FileProblem>();
  const read: Case[] = [];
  const problems: FileProblem[] = [];
  for (const entry of entries) {
    const { id } = entry.written;
    const place = entry.source.problem([...entry.at, 'id'], '');
    const before = id === undefined ? undefined : first.get(id);
    if (before) {
      problems.push({ ...place, message: `The id "${id}" is already at ${before.file}:${before.line}.` });
      continue;
    }
    if (id !== undefined) first.set(id, place);
    const resolved = resolveCase(entry, { graph, tags, gate, expect }, idFor);
    if (Array.isArray(resolved)) problems.push(...resolved);
    else read.push(resolved);
  }
  return { read, problems };
}

async function readMore(projectDir: string, { written, source }: SuiteDraft) {
  const folder = path.dirname(path.join(projectDir, source.file));
  const files = written.from.map(async (named, at) => {
    const place = await findInside(projectDir, folder, named);
    if ('why' in place) return { entries: [], problems: [source.problem(['from', at], place.why)] };
    return readCaseFile(projectDir, path.relative(projectDir, place.found));
  });
  const read = await Promise.all(files);
  return {
    entries: read.flatMap(({ entries }) => entries),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** The folder with the agents and graphs that the suite asks, absolute. */
async function findHome(projectDir: string, draft: SuiteDraft): Promise<string | FileProblem[]> {
  const { projectDir: named } = draft.written;
  if (named === undefined) return projectDir;
  const place = await find(projectDir, projectDir, named, draft.free);
  return 'why' in place ? [draft.source.problem(['projectDir'], place.why)] : place.found;
}

async function checkCollections(projectDir: string, home: string, draft: SuiteDraft): Promise<FileProblem[]> {
  const named = Object.entries(draft.written.collections).flatMap(([collection, paths]) =>
    paths.map(async (one, at) => {
      const place = await find(projectDir, home, one, draft.free);
      return 'why' in place ? [draft.source.problem(['collections', collection, at], place.why)] : [];
    }),
  );
  return (await Promise.all(named)).flat();
}

/** Code may name what it likes: it could open it too. */
async function find(projectDir: string, folder: string, named: string, free: boolean) {
  if (!free) return findInside(projectDir, folder, named);
  const found = path.resolve(folder, named);
  const isThere = await access(found).then(
    () => true,
    () => false,
  );
  return isThere ? { found } : { why: `There is no "${named}".` };
}
