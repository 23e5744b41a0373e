import { fewNames } from './few-names.ts';
import { Counter, Gauge, Histogram, Registry } from './prom-client.ts';

/** Seconds, from what the machine does by itself to what models take. */
const short = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const long = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

/**
 * What a process counts. Every context has its own, so that nothing of one is seen in another. Names begin with `baton_` and end with
 * their unit; labels have few values: see `fewNames` for those that come from outside.
 */
export type Metrics = ReturnType<typeof openMetrics>;

export function openMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    toolNames: fewNames(),
    modelNames: fewNames(),
    providerNames: fewNames(),
    requests: new Histogram({
      name: 'baton_http_request_duration_seconds',
      help: 'From a request to the beginning of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: short,
      registers,
    }),
    streams: new Gauge({
      name: 'baton_open_streams',
      help: 'Streams and sockets that clients have open',
      labelNames: ['kind'],
      registers,
    }),
    limited: new Counter({
      name: 'baton_limited_requests_total',
      help: 'Requests that a limit refused',
      labelNames: ['limit'],
      registers,
    }),
    ...runMetrics(registers),
    ...logMetrics(registers),
    ...workMetrics(registers),
    ...modelMetrics(registers),
    ...moneyMetrics(registers),
    onlineScores: new Histogram({
      name: 'baton_eval_online_score',
      help: 'How turns of users scored: shares from 0 to 1, otherwise counts, milliseconds, dollars',
      labelNames: ['graph', 'scorer'],
      buckets: [0, 0.25, 0.5, 0.75, 0.9, 1, 2, 5, 10],
      registers,
    }),
    notices: new Counter({
      name: 'baton_bus_notices_total',
      help: 'What this process told others and heard from them',
      labelNames: ['direction', 'type'],
      registers,
    }),
  };
}

function runMetrics(registers: Registry[]) {
  return {
    runsAccepted: new Counter({
      name: 'baton_runs_accepted_total',
      help: 'Runs that this process accepted',
      labelNames: ['graph'],
      registers,
    }),
    runsBegun: new Counter({
      name: 'baton_runs_begun_total',
      help: 'Runs that this process began to carry out; again="yes" where another process had begun before',
      labelNames: ['graph', 'again'],
      registers,
    }),
    runsEnded: new Counter({
      name: 'baton_runs_ended_total',
      help: 'Runs that this process brought to an end',
      labelNames: ['graph', 'status'],
      registers,
    }),
    runSeconds: new Histogram({
      name: 'baton_run_duration_seconds',
      help: 'From a run’s acceptance, or its appointed time, to its end',
      labelNames: ['graph', 'status'],
      buckets: long,
      registers,
    }),
    firstToken: new Histogram({
      name: 'baton_run_first_token_seconds',
      help: 'From a run’s acceptance, or its appointed time, to the first text that watchers see',
      labelNames: ['graph'],
      buckets: long,
      registers,
    }),
  };
}

function logMetrics(registers: Registry[]) {
  return {
    events: new Counter({
      name: 'baton_events_written_total',
      help: 'Events that this process wrote to logs of threads',
      labelNames: ['type'],
      registers,
    }),
    batches: new Histogram({
      name: 'baton_event_batch_size_events',
      help: 'Events that were written together',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200],
      registers,
    }),
  };
}

function modelMetrics(registers: Registry[]) {
  return {
    modelKeyRests: new Counter({
      name: 'baton_model_key_rests_total',
      help: 'How often a key of a provider was left alone for a while, and why',
      labelNames: ['provider', 'state'],
      registers,
    }),
    modelKeyWait: new Histogram({
      name: 'baton_model_key_wait_seconds',
      help: 'How long requests waited for a key of a provider',
      labelNames: ['provider'],
      buckets: short,
      registers,
    }),
    modelFallbacks: new Counter({
      name: 'baton_model_fallbacks_total',
      help: 'How often another model was asked because one gave no reply',
      labelNames: ['role', 'from', 'to'],
      registers,
    }),
  };
}

function workMetrics(registers: Registry[]) {
  return {
    modelCalls: new Counter({
      name: 'baton_model_calls_total',
      help: 'Replies of models that became a part of a turn',
      labelNames: ['agent', 'model'],
      registers,
    }),
    modelTokens: new Counter({
      name: 'baton_model_tokens_total',
      help: 'Tokens of those replies, as providers count them',
      labelNames: ['agent', 'model', 'direction'],
      registers,
    }),
    toolCalls: new Histogram({
      name: 'baton_tool_call_duration_seconds',
      help: 'How long calls of tools took',
      labelNames: ['tool', 'status'],
      buckets: short,
      registers,
    }),
    handoffs: new Counter({
      name: 'baton_handoffs_total',
      help: 'Handoffs from one agent to another',
      labelNames: ['from', 'to'],
      registers,
    }),
    repairs: new Counter({
      name: 'baton_repairs_total',
      help: 'How often the machine kept a turn going where a model did not',
      labelNames: ['repair'],
      registers,
    }),
  };
}

function moneyMetrics(registers: Registry[]) {
  return {
    usageTokens: new Counter({
      name: 'baton_usage_tokens_total',
      help: 'Tokens of all model calls, those of failed ones and of embedders too',
      labelNames: ['model', 'direction'],
      registers,
    }),
    usageCost: new Counter({
      name: 'baton_usage_cost_dollars_total',
      help: 'What model calls cost by the price table',
      labelNames: ['model'],
      registers,
    }),
    budgetRefusals: new Counter({
      name: 'baton_budget_refusals_total',
      help: 'Model calls and turns that a budget did not allow',
      labelNames: ['scope'],
      registers,
    }),
    budgetAlerts: new Counter({
      name: 'baton_budget_alerts_total',
      help: 'Thresholds of budgets that were passed, in percent',
      labelNames: ['threshold'],
      registers,
    }),
  };
}
