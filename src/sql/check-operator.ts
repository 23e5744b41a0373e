import { checkPattern } from './check-pattern.ts';
import type { Check } from './check-sql.ts';
import { refuse } from './refuse.ts';
import type { Scope } from './scope.ts';
import { allowFields, constantOf, type Fields, namesOf, textOf } from './syntax-tree.ts';

const operators = new Set(
  `+ - * / % ^ = <> != < > <= >= || ~ ~* !~ !~* ~~ ~~* !~~ !~~* |/ ||/ @ -> ->> #> #>> @> <@ ? ?| ?& - #-
  && << >> &< &> -|- & | # ^@ @@ <->`.split(/\s+/),
);

const kinds = new Set(
  `OP OP_ANY OP_ALL DISTINCT NOT_DISTINCT NULLIF IN LIKE ILIKE SIMILAR BETWEEN NOT_BETWEEN BETWEEN_SYM
  NOT_BETWEEN_SYM`.split(/\s+/),
);

/** Exponents of numeric values are bounded, or one value has a hundred thousand digits. */
const largestExponent = 1_000;

/** Checks an operator and what stands on its two sides. */
export function checkOperator(fields: Fields, scope: Scope, check: Check): number {
  allowFields(fields, 'An operator', [
    'kind',
    'name',
    'lexpr',
    'rexpr',
    'rexpr_list_start',
    'rexpr_list_end',
  ]);
  const name = nameOf(fields);
  if (/^!?~\*?$/.test(name) && fields.kind !== 'AEXPR_SIMILAR') checkPattern(fields.rexpr);
  if (name === '^') checkExponent(fields.rexpr);
  const sides = [fields.lexpr, fields.rexpr].filter((side) => side !== undefined);
  const sizes = sides.map((side) => check.expression(side, scope));
  return name === '||' ? sizes.reduce((sum, size) => sum + size, 0) : Math.max(...sizes, 8);
}

/** Refuses a constant exponent that makes a huge number. */
export function checkExponent(exponent: unknown): void {
  if (Math.abs(Number(constantOf(exponent) ?? 0)) > largestExponent) {
    refuse('size', `An exponent may be at most ${largestExponent}.`);
  }
}

function nameOf({ kind, name: path }: Fields): string {
  const kindName = (textOf(kind) ?? '').replace('AEXPR_', '');
  const names = namesOf(path);
  const name = names.at(-1) ?? '';
  const isKeyword = kindName.includes('BETWEEN');
  if (!kinds.has(kindName) || !(isKeyword || operators.has(name)))
    refuse('operator', `The operator ${name} is not allowed.`);
  if (names.length > 2 || (names.length === 2 && names[0] !== 'pg_catalog')) {
    refuse('operator', `The operator ${names.join('.')} is not allowed. Write ${name}.`);
  }
  return name;
}
