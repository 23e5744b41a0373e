import { z } from 'zod';
import type { JsonObject } from '../message.ts';
import type { Example } from '../model/chat-model.ts';
import type { FileProblem } from '../yaml/file-problem.ts';
import { checkYaml, readYaml, type YamlSource } from '../yaml/yaml-source.ts';

/** An agent as its file says it: front matter, then the prompt. */
export interface Agent {
  name: string;
  /** A role of the config: `fast` or `careful`. */
  model: string;
  tools: string[];
  examples: Example[];
  prompt: string;
  /** The text of the file, for the graph's hash. */
  text: string;
  source: YamlSource;
}

const args: z.ZodType<JsonObject> = z.record(z.string(), z.json(), 'expected a map');
const oneKey = 'expected one key: { name: { field: value } }';
const named = z.record(z.string(), args).refine((value) => Object.keys(value).length === 1, oneKey);

export const agentSchema = z.strictObject({
  model: z
    .enum(['fast', 'careful'], 'expected a role: fast or careful')
    .default('fast')
    .describe('The role that config maps to a model.'),
  tools: z.array(z.string()).default([]).describe('Names of tools from the shelf `tools/`.'),
  examples: z
    .array(
      z.strictObject({
        ask: z.string().min(1).describe('What a user says; {slot} stands for any words.'),
        calls: z.array(named).optional().describe('The calls that answer it, in order: { tool: arguments }.'),
        handoff: named
          .optional()
          .describe('Who takes over after the calls, and the brief: { agent: brief }.'),
        answer: z
          .string()
          .optional()
          .describe('What to say; {column} comes from the first row of the last result.'),
      }),
    )
    .default([])
    .describe('Worked cases: shown to the model, and what the offline model plans from.'),
});

const fence = /^---[ \t]*\r?\n((?:.*\r?\n)*?)---[ \t]*(?:\r?\n|$)/;

/** Reads an agent's file. Returns the agent, or every mistake in the file. */
export function readAgent(file: string, name: string, text: string): Agent | FileProblem[] {
  const matched = fence.exec(text);
  if (!matched) return [{ file, ...whyNoFrontMatter(text), severity: 'error' }];
  const source = readYaml(file, matched[1] ?? '', 2);
  if (Array.isArray(source)) return source;
  const data = checkYaml({ ...source, data: source.data ?? {} }, agentSchema);
  const problems = Array.isArray(data) ? data : [];
  const prompt = text.slice(matched[0].length).trim();
  if (!prompt) {
    const line = matched[0].split('\n').length;
    problems.push({
      file,
      line,
      message: 'The prompt is missing: say below the front matter who this agent is.',
      severity: 'error',
    });
  }
  if (Array.isArray(data) || problems.length > 0) return problems;
  return { name, ...data, examples: data.examples as Example[], prompt, text, source }; // absent keys are absent
}

const shape =
  'An agent begins with front matter: a line of three dashes, YAML, three dashes; then the prompt.';
const almostFence = /^\s*[-–—]{2,}\s*$/;

/** What is wrong with the lines that should stand around the front matter. */
function whyNoFrontMatter(text: string): { line: number; message: string } {
  const lines = text.split(/\r?\n/);
  if (!text.trim()) return { line: 1, message: `There is nothing in it. ${shape}` };
  const open = lines.findIndex((line) => almostFence.test(line));
  const close = lines.findIndex((line, at) => at > open && almostFence.test(line));
  const first = lines.findIndex((line) => line.trim());
  if (open < 0 || open > first) return { line: first + 1, message: shape };
  for (const at of [open, close]) {
    const line = lines[at];
    if (line !== undefined && line.trimEnd() !== '---')
      return {
        line: at + 1,
        message: `Front matter stands between lines of exactly three dashes: this one is "${line}".`,
      };
  }
  if (open > 0)
    return { line: open + 1, message: 'Front matter begins in the first line: remove what is above it.' };
  return {
    line: 1,
    message: 'The front matter that begins here does not end: write a line of three dashes above the prompt.',
  };
}
