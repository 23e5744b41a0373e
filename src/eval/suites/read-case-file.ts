import path from 'node:path';
import { readText } from '../../handoff/read-shelf.ts';
import type { FileProblem } from '../../yaml/file-problem.ts';
import type { YamlSource } from '../../yaml/yaml-source.ts';
import { readCsvCases } from './read-csv-cases.ts';
import { readJsonLines } from './read-json-lines.ts';
import { type CaseEntry, readEntry } from './resolve-case.ts';

/** In bytes. */
const mostBytes = 50_000_000;

const readers: Record<string, (file: string, text: string) => (YamlSource | FileProblem)[]> = {
  '.jsonl': readJsonLines,
  '.csv': readCsvCases,
};

/** Reads a file of cases, `.jsonl` or `.csv`, relative to the project. Returns its cases and what is wrong with the others. */
export async function readCaseFile(
  projectDir: string,
  file: string,
): Promise<{ entries: CaseEntry[]; problems: FileProblem[] }> {
  const fail = (message: string, line = 1): FileProblem => ({ file, line, message, severity: 'error' });
  const read = readers[path.extname(file).toLowerCase()];
  if (!read) return { entries: [], problems: [fail('Cases come from files that end in .jsonl or .csv.')] };
  const text = await readText(path.join(projectDir, file), mostBytes);
  if ('message' in text) return { entries: [], problems: [fail(text.message, text.line)] };
  const found = read(file, text.text).map((one) => ('severity' in one ? [one] : readEntry(one)));
  const entries = found.flatMap((one) => (Array.isArray(one) ? [] : [one]));
  const problems = found.flatMap((one) => (Array.isArray(one) ? one : []));
  const none = entries.length + problems.length === 0;
  return { entries, problems: none ? [fail('There is no case in it.')] : problems };
}
