import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Data that is kept beside the project, and not in it. */
const root = path.resolve(import.meta.dirname, '../../../shared/data');

/** Why a folder of the data cannot be used here; undefined where it can. */
export function whyAbsent(folder: string): string | undefined {
  return existsSync(path.join(root, folder)) ? undefined : `the data ../shared/data/${folder} is not here.`;
}

export function readData(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** The objects of a file of JSON lines, as its source describes them. */
export function readJsonLines<Row>(file: string): Row[] {
  return readData(file)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

export function dataPath(file: string): string {
  return path.join(root, file);
}
