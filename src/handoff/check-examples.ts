import type { JsonObject } from '../message.ts';
import type { Example } from '../model/chat-model.ts';
import { didYouMean, type FileProblem, unknownName } from '../yaml/file-problem.ts';
import type { Agent } from './agent-file.ts';
import type { Known } from './check-graph.ts';
import type { Edge, Graph } from './graph-file.ts';

type Found = (path: PropertyKey[], message: string) => FileProblem;

/**
 * Examples that teach what cannot be done: handoffs that no graph has, briefs and arguments that do not fit,
 * slots that nothing fills. They are warnings: an agent runs with a bad example too.
 */
export function checkExamples(graphs: Graph[], known: Known): FileProblem[] {
  return [...known.agents.values()].flatMap((agent) => {
    const edges = graphs.flatMap((graph) => graph.edges.filter(({ from }) => from === agent.name));
    const placed = graphs.some(({ agents }) => agents.includes(agent.name));
    return agent.examples.flatMap((example, at) => {
      const found: Found = (path, message) =>
        agent.source.problem(['examples', at, ...path], message, 'warning');
      return [
        ...checkRepeat(agent, at, found),
        ...(placed ? checkHandoff(agent, example, edges, found) : []),
        ...checkArguments(example, known, found),
        ...checkSlots(example, found),
      ];
    });
  });
}

function checkRepeat({ examples }: Agent, at: number, found: Found): FileProblem[] {
  const first = examples.findIndex(({ ask }) => ask === examples[at]?.ask);
  return first < at ? [found(['ask'], `The same question stands at examples.${first}.`)] : [];
}

function checkHandoff({ name }: Agent, { handoff }: Example, edges: Edge[], found: Found): FileProblem[] {
  const [[to, brief] = []] = Object.entries(handoff ?? {});
  if (to === undefined || brief === undefined) return [];
  const there = edges.filter((edge) => edge.to === to);
  if (there.length === 0) {
    const message = unknownName(`handoff of "${name}" to`, to, [...new Set(edges.map((edge) => edge.to))]);
    return [found(['handoff', to], message)];
  }
  const wrong = there.map((edge) => whatDoesNotFit(brief, fieldsOf(edge)));
  const fits = wrong.some((messages) => messages.length === 0);
  return fits ? [] : (wrong[0] ?? []).map((message) => found(['handoff', to], `The brief ${message}`));
}

function fieldsOf({ brief }: Edge): Fields {
  return Object.entries(brief).map(([name, { required }]) => ({ name, required }));
}

function checkArguments({ calls = [] }: Example, { tools }: Known, found: Found): FileProblem[] {
  return calls.flatMap((call, at) =>
    Object.entries(call).flatMap(([name, args]) => {
      const shape = tools.get(name)?.tool.parameters.shape;
      if (!shape) return [];
      const fields = Object.entries(shape).map(([field, schema]) => ({
        name: field,
        required: !schema.safeParse(undefined).success,
      }));
      return whatDoesNotFit(args, fields).map((message) => found(['calls', at, name], `The call ${message}`));
    }),
  );
}

type Fields = { name: string; required: boolean }[];

function whatDoesNotFit(given: JsonObject, fields: Fields): string[] {
  const names = fields.map(({ name }) => name);
  const missing = fields.filter(({ name, required }) => required && !(name in given));
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const cut = unknown.find((name) => /\s/.test(name));
  if (cut) return [`is cut at a comma, before "${cut}": put the text in quotes.`];
  const there = names.length > 0 ? ` There are: ${names.join(', ')}.` : ' It has none.';
  return [
    ...missing.map(({ name }) => `lacks "${name}".`),
    ...unknown.map((name) => `has a field "${name}" that is not known.${didYouMean(name, names) || there}`),
  ];
}

const slot = /\{(\w+)\}/g;
/** The slot that every question fills. */
const wholeQuestion = 'question';

/**
 * The first call can be filled from the question alone; later ones also from results, whose columns are not known
 * here, so that only a slot that is nearly one of the question's is a mistake.
 */
function checkSlots({ ask, calls = [], answer = '' }: Example, found: Found): FileProblem[] {
  const asked = slotsOf(ask);
  const unfilled = (text: string) =>
    slotsOf(text).filter((name) => ![...asked, wholeQuestion].includes(name));
  const first = unfilled(JSON.stringify(calls[0] ?? {})).map((name) => {
    const there = asked.length > 0 ? ` There are: ${asked.join(', ')}.` : ' It has none.';
    return found(['calls', 0], `The question has no slot "{${name}}".${didYouMean(name, asked) || there}`);
  });
  const near = calls.length > 0 ? [] : unfilled(answer).filter((name) => didYouMean(name, asked));
  return [
    ...first,
    ...near.map((name) =>
      found(['answer'], `The question has no slot "{${name}}".${didYouMean(name, asked)}`),
    ),
  ];
}

function slotsOf(text: string): string[] {
  return [...new Set([...text.matchAll(slot)].map(([, name = '']) => name))];
}
