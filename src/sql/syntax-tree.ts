/**
 * Reads the parser's JSON. A node is `{ Tag: { …fields } }`; where the grammar allows one tag only, the
 * fields stand there without it. Fields that are absent have their default value.
 */
import { refuse } from './refuse.ts';

export type Fields = { readonly [field: string]: unknown };

/** The tag and the fields of a node. */
export function openNode(node: unknown): { tag: string; fields: Fields } {
  const [entry, surplus] = Object.entries(fieldsOf(node));
  if (!entry || surplus) refuse('construct', 'This construct is not allowed.');
  return { tag: entry[0], fields: fieldsOf(entry[1]) };
}

/** The fields of a node when it has this tag. */
export function fieldsIf(node: unknown, tag: string): Fields | undefined {
  const fields = fieldsOf(node)[tag];
  return fields === undefined ? undefined : fieldsOf(fields);
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}; // any object can be read by field
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The strings of a list of `String` nodes; a node of another kind (`*`) is `undefined`. */
export function namesOf(list: unknown): (string | undefined)[] {
  return listOf(list).map((node) => {
    const string = fieldsIf(node, 'String');
    return string && (textOf(string.sval) ?? '');
  });
}

/** Refuses fields that the check does not know, so that nothing passes because nobody looked at it. */
export function allowFields(fields: Fields, what: string, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((field) => field !== 'location' && !known.includes(field));
  if (unknown) refuse('construct', `${what} with ${unknown} is not allowed.`);
}

/** A constant's value; `undefined` when the node is not a constant. Casts and signs of constants are seen through. */
export function constantOf(node: unknown): string | number | boolean | null | undefined {
  const cast = fieldsIf(node, 'TypeCast');
  if (cast) return constantOf(cast.arg);
  const signed = fieldsIf(node, 'A_Expr');
  if (signed && !signed.lexpr && namesOf(signed.name)[0] === '-') {
    const value = constantOf(signed.rexpr);
    return typeof value === 'number' ? -value : undefined;
  }
  const constant = fieldsIf(node, 'A_Const');
  return constant && readConstant(constant);
}

function readConstant(constant: Fields): string | number | boolean | null {
  if (constant.isnull) return null;
  if (constant.ival) return Number(fieldsOf(constant.ival).ival ?? 0);
  if (constant.fval) return Number(fieldsOf(constant.fval).fval);
  if (constant.boolval) return fieldsOf(constant.boolval).boolval === true;
  return textOf(fieldsOf(constant.sval).sval) ?? '';
}
