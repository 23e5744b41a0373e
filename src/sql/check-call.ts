import { allowedFunctions } from './allowed-functions.ts';
import { checkOrder } from './check-expression.ts';
import { checkExponent } from './check-operator.ts';
import { checkPattern } from './check-pattern.ts';
import { checkSeries } from './check-series.ts';
import type { Check } from './check-sql.ts';
import { didYouMean, refuse } from './refuse.ts';
import type { Scope } from './scope.ts';
import type { SqlPolicy } from './sql-policy.ts';
import { allowFields, constantOf, type Fields, fieldsIf, fieldsOf, listOf, namesOf } from './syntax-tree.ts';
import { growth } from './value-growth.ts';

const known = `funcname args agg_order agg_filter over agg_within_group agg_star agg_distinct func_variadic
  funcformat`.split(/\s+/);

/** Checks a function call, its arguments and clauses. Returns the bytes that its value may have. */
export function checkCall(call: Fields, scope: Scope, check: Check): number {
  allowFields(call, 'A function call', known);
  const name = checkName(call, check.policy);
  const args = listOf(call.args);
  checkArguments(name, args);
  const sizes = args.map((arg) => check.expression(arg, scope));
  checkOrder(call.agg_order, scope, check);
  if (call.agg_filter) check.expression(call.agg_filter, scope);
  if (call.over) check.window(fieldsOf(call.over), scope);
  if (/_agg$/.test(name)) collect(check, sizes);
  return growth(name, args, sizes);
}

/** Remembers what an aggregate or ARRAY(…) keeps of each row. */
export function collect(check: Check, sizes: number[]): void {
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  check.collectedBytes = Math.max(check.collectedBytes, bytes);
}

/** Returns the function's name when it may be called. */
function checkName(call: Fields, policy: SqlPolicy): string {
  const path = namesOf(call.funcname);
  const name = path.at(-1) ?? '';
  const schema = path.length === 1 ? undefined : path.slice(0, -1).join('.');
  const added = policy.functions ?? [];
  const usual = allowedFunctions.has(name) && (schema === undefined || schema === 'pg_catalog');
  const own =
    added.includes(name) && (schema === undefined || schema === policy.schema || schema === 'pg_catalog');
  if (usual || own) return name;
  const near = didYouMean(name, [...allowedFunctions, ...added]);
  refuse('function', `The function ${path.join('.')} is not allowed.${schema === undefined ? near : ''}`);
}

function checkArguments(name: string, args: unknown[]): void {
  if (name === 'generate_series') checkSeries(args.map(withoutName));
  if (name === 'power' || name === 'pow') checkExponent(args[1]);
  if (name === 'exp') checkExponent(args[0]);
  if (takesPattern(name, args)) checkPattern(withoutName(args[1]));
  if (name === 'similar_to_escape') checkPattern(args[0]);
  if (args.some((arg) => fieldsIf(arg, 'NamedArgExpr')) && !name.startsWith('make_')) {
    refuse('function', `Give the arguments of ${name} by place, not by name.`);
  }
}

function withoutName(arg: unknown): unknown {
  return fieldsIf(arg, 'NamedArgExpr')?.arg ?? arg;
}

/** `substring(text from 'pattern')` is a match, `substring(text from 2)` is not. */
function takesPattern(name: string, args: unknown[]): boolean {
  if (name === 'substring') return args.length === 2 && typeof constantOf(args[1]) === 'string';
  return name.startsWith('regexp_');
}
