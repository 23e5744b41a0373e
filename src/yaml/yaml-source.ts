import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { explainIssue } from './explain-issue.ts';
import { didYouMean, type FileProblem } from './file-problem.ts';
import { findYamlMistakes } from './yaml-mistakes.ts';

type Path = readonly PropertyKey[];

/** A YAML text that remembers where each value stands, so that a mistake can be shown at its line. */
export interface YamlSource {
  file: string;
  data: unknown;
  /** The line of the value at a path, or of the nearest value around it. */
  lineOf(path: Path): number;
  /** A mistake at a path. */
  problem(path: Path, message: string, severity?: FileProblem['severity']): FileProblem;
}

/** Reads YAML 1.2. `firstLine` is the line of the file at which the text begins. Returns what does not parse as problems. */
export function readYaml(file: string, text: string, firstLine = 1): YamlSource | FileProblem[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number) => lineCounter.linePos(offset).line + firstLine - 1;
  const mistakes = findYamlMistakes(document, text);
  if (mistakes.length > 0) {
    return mistakes.map(({ offset, message }) => ({
      file,
      line: lineAt(offset),
      message,
      severity: 'error',
    }));
  }
  const lineOf = (path: Path) => lineAt(offsetOf(document, path));
  return {
    file,
    data: document.toJS({ maxAliasCount: -1 }),
    lineOf,
    problem: (path, message, severity = 'error') => ({ file, line: lineOf(path), message, severity }),
  };
}

/** Checks the data against a schema. Returns the checked data, or every mistake at its line. */
export function checkYaml<Schema extends z.ZodType>(
  source: YamlSource,
  schema: Schema,
): z.infer<Schema> | FileProblem[] {
  const result = schema.safeParse(source.data);
  if (result.success) return result.data;
  return result.error.issues.flatMap(flatten).flatMap((issue) => problemsOf(source, schema, issue));
}

/**
 * Of a union, the branch that came furthest: it is the one that was meant. Where none takes even the kind of value that is there, what the union
 * says of itself counts, such as "expected a text or a list".
 */
function flatten(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const meant = issue.errors.reduce((best, errors) => (reach(errors) > reach(best) ? errors : best));
  if (reach(meant) === 0 && issue.message.startsWith('expected')) {
    const texts = issue.errors.flat().find((one) => one.code === 'invalid_type' && one.expected === 'string');
    const [first = issue] = texts ? [texts] : meant;
    return [{ ...first, path: issue.path, message: issue.message }];
  }
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(flatten);
}

/** How far a branch came: 0 where the value is of another kind, more where something within it is wrong. */
function reach(issues: z.core.$ZodIssue[]): number {
  const ofOtherKind = issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
  return ofOtherKind ? 0 : 1 + Math.max(...issues.map(({ path }) => path.length));
}

function problemsOf(source: YamlSource, schema: z.ZodType, issue: z.core.$ZodIssue): FileProblem[] {
  if (issue.code !== 'unrecognized_keys') {
    return [source.problem(issue.path, explainIssue(issue, valueAt(source.data, issue.path)))];
  }
  return issue.keys.map((key) => {
    const known = keysAt(schema, issue.path);
    const there = known.length > 0 ? ` Known here: ${known.join(', ')}.` : '';
    return source.problem(
      [...issue.path, key],
      `"${key}" is not known here.${didYouMean(key, known) || there}`,
    );
  });
}

function valueAt(data: unknown, path: Path): unknown {
  let here = data;
  for (const step of path) here = (here as Record<PropertyKey, unknown> | null | undefined)?.[step]; // data of YAML
  return here;
}

/** The keys that an object schema allows at a path; none where the schema is not an object. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let here: unknown = schema;
  for (const step of path) here = child(here, step);
  const { shape } = find(here, 'shape') as { shape?: object }; // zod's object schemas have a shape
  return Object.keys(shape ?? {});
}

function child(schema: unknown, step: PropertyKey): unknown {
  if (typeof step === 'number') return (find(schema, 'element') as { element?: unknown }).element; // zod's arrays have elements
  const { shape } = find(schema, 'shape') as { shape?: Record<PropertyKey, unknown> }; // zod's object schemas have a shape
  return shape?.[step] ?? (find(schema, 'valueType') as { valueType?: unknown }).valueType; // zod's records have a type of values
}

/** The schema, or the part of a default, an option or a union, that has a property; an empty one where none has. */
function find(schema: unknown, property: 'shape' | 'element' | 'valueType'): object {
  if (typeof schema !== 'object' || schema === null) return {};
  if (property in schema) return schema;
  const { innerType, options = [] } = (schema as Definition).def ?? {}; // zod keeps it here
  const inner = [innerType, ...options].map((option) => find(option, property));
  return inner.find((option) => property in option) ?? {};
}

interface Definition {
  def?: { innerType?: unknown; options?: unknown[] };
}

/** Where a value begins; for a key of a map, where the key begins. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    const pair = isMap(node)
      ? node.items.find((item) => isPair(item) && keyOf(item.key) === String(step))
      : undefined;
    const next: unknown = pair ? pair.value : itemOf(node, step);
    const place = pair && isNode(pair.key) ? pair.key : next;
    if (!isNode(place)) return offset;
    offset = place.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function itemOf(node: unknown, step: PropertyKey): unknown {
  const { items } = (node ?? {}) as { items?: unknown[] }; // yaml's sequences have items
  return typeof step === 'number' ? items?.[step] : undefined;
}
