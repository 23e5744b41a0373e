import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { JsonObject } from '../../../src/message.ts';

const folder = path.resolve(import.meta.dirname, '../../../../shared/data/agents_tau2');

/** Whether the customer-service tasks are on this machine; says so on standard error when they are not. */
export function haveTauData(): boolean {
  const there = existsSync(folder);
  if (!there) process.stderr.write(`Skipped: the customer-service tasks are not at ${folder}.\n`);
  return there;
}

export type Domain = 'retail' | 'mock';

const args: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const action = z.object({ name: z.string(), arguments: args });
const said = z.object({
  role: z.enum(['user', 'assistant', 'tool']),
  id: z.string().optional(),
  content: z.string().default(''),
  tool_calls: z.array(action.extend({ id: z.string() })).default([]),
});
const byAssistant = z.object({
  env_type: z.enum(['assistant', 'user']),
  func_name: z.string(),
  arguments: args,
});

const taskSchema = z.object({
  id: z.string(),
  ticket: z.string().optional(),
  user_scenario: z.object({
    instructions: z.union([
      z.string(),
      z
        .object({ known_info: z.string().nullish(), reason_for_call: z.string() })
        .transform((one) => [one.known_info, one.reason_for_call].filter(Boolean).join(' ')),
    ]),
  }),
  initial_state: z
    .object({
      message_history: z.array(said).default([]),
      initialization_data: z.object({ agent_data: args }).optional(),
      initialization_actions: z.array(byAssistant).default([]),
    })
    .nullish(),
  evaluation_criteria: z.object({
    actions: z.array(action).default([]),
    env_assertions: z.array(byAssistant).default([]),
  }),
});

/** One use of a tool that a task asks for. */
export type Action = z.infer<typeof action>;
export type Said = z.infer<typeof said>;

export interface TauTask {
  domain: Domain;
  id: string;
  question: string;
  /** What was said in turns before this one. */
  earlier: Said[];
  /** What differs in the task's database from the domain's: objects to be merged into it. */
  data: JsonObject;
  /** What happened to the database before the turn. */
  before: Action[];
  /** The gold actions. */
  actions: Action[];
  /** The statuses that tasks of the mock domain must have in the end. */
  assertions: { task_id: string; expected_status: string }[];
}

/** All tasks of a domain, in the order of the file. */
export function readTasks(domain: Domain): TauTask[] {
  const tasks: unknown = JSON.parse(readFileSync(path.join(folder, domain, 'tasks.json'), 'utf8'));
  return z
    .array(taskSchema)
    .parse(tasks)
    .map((task) => toTask(domain, task));
}

/** Whether one of a task's gold actions is to change something, by how its tool is named. */
export function writesSomething({ actions }: TauTask): boolean {
  return actions.some(({ name }) => /^(cancel|create|exchange|modify|return|update)_/.test(name));
}

function toTask(domain: Domain, task: z.infer<typeof taskSchema>): TauTask {
  const { message_history = [], initialization_data, initialization_actions = [] } = task.initial_state ?? {};
  const { actions, env_assertions } = task.evaluation_criteria;
  const done = initialization_actions.filter(({ env_type }) => env_type === 'assistant');
  const statuses = env_assertions.filter(({ func_name }) => func_name === 'assert_task_status');
  return {
    domain,
    id: task.id,
    question: task.ticket ?? task.user_scenario.instructions,
    earlier: message_history,
    data: initialization_data?.agent_data ?? {},
    before: [
      ...done.map((one) => ({ name: one.func_name, arguments: one.arguments })),
      ...message_history.flatMap(({ tool_calls }) => tool_calls),
    ],
    actions,
    assertions: statuses.map((one) => statusSchema.parse(one.arguments)),
  };
}

const statusSchema = z.object({ task_id: z.string(), expected_status: z.string() });

/** A domain's database, by the name of the collection and the id of the object. */
export function readCollections(domain: Domain): Record<string, Record<string, JsonObject>> {
  const file = path.join(folder, domain, 'db.json');
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString('utf8'));
}
