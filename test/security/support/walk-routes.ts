import { smallReport } from './small-report.ts';
import type { Ids } from './two-tenants.ts';

/** How the walk asks a route, with the ids that it is given in every place for one. */
export interface Visit {
  /**
   * `foreign`: it names something of a tenant; what is another's is answered as what is nobody's. `own`: it shows or makes what is the
   * caller's, whatever ids are in it. `collides`: it makes something under an id that the caller chooses.
   */
  kind: 'foreign' | 'own' | 'collides';
  /** Where a parameter of the path has another name among the ids. */
  params?: Record<string, string>;
  query?: (ids: Ids) => Record<string, string>;
  /** Bodies, one a request. */
  bodies?: (ids: Ids) => unknown[];
}

const own = (bodies?: Visit['bodies'], query?: Visit['query']): Visit => visit('own', bodies, query);
const foreign = (bodies?: Visit['bodies'], query?: Visit['query']): Visit => visit('foreign', bodies, query);
const collides = (bodies?: Visit['bodies'], query?: Visit['query']): Visit =>
  visit('collides', bodies, query);
const named = (params: Record<string, string>, bodies?: Visit['bodies']): Visit => ({
  ...visit('foreign', bodies),
  params,
});

function visit(kind: Visit['kind'], bodies?: Visit['bodies'], query?: Visit['query']): Visit {
  return { kind, ...(bodies && { bodies }), ...(query && { query }) };
}

const input = { messages: [{ role: 'user', content: 'What do you know of me?' }] };
const runs: Visit['bodies'] = (ids) => [
  { assistant_id: 'desk', input },
  { assistant_id: ids.assistant_id, input },
  { assistant_id: 'desk', input: null, checkpoint_id: ids.checkpoint_id },
];
const loneRuns: Visit['bodies'] = (ids) => [
  { assistant_id: ids.assistant_id, input },
  { assistant_id: 'desk', input, thread_id: ids.thread_id },
];
const crons: Visit['bodies'] = (ids) => [
  { assistant_id: ids.assistant_id, schedule: '0 0 1 1 *', input, thread_id: ids.thread_id },
];
const rpc = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params });
const message = (more: object) => ({
  message: {
    kind: 'message',
    messageId: 'm',
    role: 'user',
    parts: [{ kind: 'text', text: 'Hello' }],
    ...more,
  },
});
const tasks: Visit['bodies'] = (ids) => [
  rpc('tasks/get', { id: ids.task_id }),
  rpc('tasks/cancel', { id: ids.task_id }),
  rpc('tasks/resubscribe', { id: ids.task_id }),
  rpc('message/send', message({ taskId: ids.task_id, contextId: ids.context_id })),
  rpc('ListTasks', { contextId: ids.context_id }),
];
const state = { values: { messages: [{ type: 'human', content: 'Mine now' }] } };

/**
 * Every route, and how to ask it for what is another's. A route that is not here fails the walk: say what of a tenant it names.
 */
export const visits: Readonly<Record<string, Visit>> = {
  'GET /health': own(),
  'GET /ready': own(),
  'GET /ok': own(),
  'GET /info': own(),
  'GET /metrics': own(),
  'GET /': own(),
  'GET /docs': own(),
  'GET /docs/start.js': own(),
  'GET /docs/swagger-ui.css': own(),
  'GET /docs/swagger-ui-bundle.js': own(),
  'GET /docs/favicon-32x32.png': own(),
  'GET /openapi.json': own(),
  'GET /account/reset': own(),
  'GET /account/invitation': own(),
  'GET /account/page.js': own(),
  'GET /account/page.css': own(),
  'GET /api/v1/events': own(),
  'GET /api/v1/collections': own(),
  'POST /api/v1/collections': collides((ids) => [{ name: ids.collection }]),
  'GET /api/v1/collections/:collection': foreign(),
  'PATCH /api/v1/collections/:collection': foreign(() => [{ description: 'Mine now' }]),
  'DELETE /api/v1/collections/:collection': foreign(),
  'GET /api/v1/collections/:collection/documents': foreign(undefined, (ids) => ({ key: ids.key ?? '' })),
  'POST /api/v1/collections/:collection/documents': foreign((ids) => [
    { key: ids.key, text: 'Mine now' },
    { key: ids.key, url: 'http://127.0.0.1:9/' },
  ]),
  'GET /api/v1/documents/:document': foreign(undefined, () => ({ wait: '1' })),
  'PATCH /api/v1/documents/:document': foreign(() => [{ tags: ['mine'] }, { publish: 'archived' }]),
  'DELETE /api/v1/documents/:document': foreign(),
  'PUT /api/v1/documents/:document/content': foreign(() => ['Mine now']),
  'POST /api/v1/documents/:document/retry': foreign(),
  'GET /api/v1/documents/:document/chunks': foreign(),
  'GET /api/v1/documents/:document/versions': foreign(),
  'POST /api/v1/search': foreign((ids) => [
    { query: ids.key, collections: [ids.collection] },
    { query: ids.key },
    { query: ids.key, filter: { documents: [ids.document] } },
  ]),
  'POST /api/v1/collections/:collection/search': foreign((ids) => [{ query: ids.key }]),
  'GET /api/v1/films': own(),
  'GET /api/v1/films/:id': { ...own(), params: { id: 'film_id' } },

  'POST /api/v1/auth/token': own(() => [{}]),
  'POST /api/v1/auth/revoke': foreign((ids) => [{ token: ids.access_token }]),
  'GET /api/v1/auth/caller': own(),
  'GET /api/v1/keys': own(),
  'POST /api/v1/keys': own((ids) => [
    { name: 'mine', role: 'admin', tenant_id: ids.tenant },
    { name: 'mine' },
  ]),
  'GET /api/v1/keys/:id': named({ id: 'key_id' }),
  'DELETE /api/v1/keys/:id': named({ id: 'key_id' }),
  'POST /api/v1/keys/:id/rotate': named({ id: 'key_id' }, () => [{}]),
  'GET /api/v1/tenants': own(),
  'POST /api/v1/tenants': foreign((ids) => [{ id: ids.tenant }]),
  'GET /api/v1/tenants/:id': named({ id: 'tenant' }),
  'PATCH /api/v1/tenants/:id': named({ id: 'tenant' }, () => [{ suspended: true }]),
  'POST /api/v1/tenants/:id/keys': named({ id: 'tenant' }, () => [{ name: 'x', role: 'admin' }]),
  'POST /api/v1/auth/login': own((ids) => [
    { tenant: 'thief', email: ids.email, password: 'several words that do not belong' },
  ]),
  'POST /api/v1/auth/refresh': own(() => [{ refresh_token: 'baton_refresh_x' }]),
  'POST /api/v1/auth/reset-request': own((ids) => [{ tenant: 'thief', email: ids.email }]),
  'POST /api/v1/auth/reset': own(() => [{ token: 'x', password: 'several words that do not belong' }]),
  'POST /api/v1/auth/accept-invitation': own(() => [
    { token: 'x', password: 'several words that do not belong' },
  ]),
  'GET /api/v1/auth/csrf': own(),
  'GET /api/v1/auth/sessions': own(),
  'DELETE /api/v1/auth/sessions/:session_id': foreign(),
  'POST /api/v1/auth/logout': own(() => [{}]),
  'POST /api/v1/auth/logout-all': own(() => [{}]),
  'GET /api/v1/me': own(),
  'POST /api/v1/me/password': own(() => [{ current_password: 'x'.repeat(20), new_password: 'y'.repeat(20) }]),
  'GET /api/v1/users': own(),
  'POST /api/v1/users': collides((ids) => [
    { email: ids.email, name: 'Mine', password: 'several words that do not belong' },
  ]),
  'GET /api/v1/users/:user_id': foreign(),
  'PATCH /api/v1/users/:user_id': foreign(() => [{ role: 'viewer' }, { status: 'disabled' }]),
  'DELETE /api/v1/users/:user_id': foreign(),
  'POST /api/v1/users/:user_id/invitation': foreign(() => [{}]),
  'GET /api/v1/model-keys': own(),
  'POST /api/v1/model-keys': own(() => [{ provider: 'openai', secret: 'sk-mine-0123456789' }]),
  'GET /api/v1/model-keys/:id': named({ id: 'model_key_id' }),
  'PATCH /api/v1/model-keys/:id': named({ id: 'model_key_id' }, () => [{ disabled: true }]),
  'PUT /api/v1/model-keys/:id/secret': named({ id: 'model_key_id' }, () => [
    { secret: 'sk-mine-0123456789' },
  ]),
  'DELETE /api/v1/model-keys/:id': named({ id: 'model_key_id' }),
  'POST /api/v1/model-keys/:id/test': named({ id: 'model_key_id' }, () => [{}]),
  'GET /api/v1/model-pool': own(),
  'PUT /api/v1/model-pool': own(() => [{ shared: true }]),
  'GET /api/v1/shared-model-keys': own(),
  'POST /api/v1/shared-model-keys': own(() => [{ provider: 'openai', secret: 'sk-mine-0123456789' }]),
  'GET /api/v1/shared-model-keys/:id': named({ id: 'model_key_id' }),
  'PATCH /api/v1/shared-model-keys/:id': named({ id: 'model_key_id' }, () => [{ disabled: true }]),
  'PUT /api/v1/shared-model-keys/:id/secret': named({ id: 'model_key_id' }, () => [
    { secret: 'sk-mine-0123456789' },
  ]),
  'DELETE /api/v1/shared-model-keys/:id': named({ id: 'model_key_id' }),
  'POST /api/v1/shared-model-keys/:id/test': named({ id: 'model_key_id' }, () => [{}]),
  'GET /api/v1/usage': own(),
  'GET /api/v1/budgets': own(),
  'POST /api/v1/budgets': own(() => [
    { limit_tokens: 5_000_000 },
    { scope: 'user', subject: 'x', limit_usd: '5' },
  ]),
  'GET /api/v1/budgets/:budget_id': foreign(),
  'PATCH /api/v1/budgets/:budget_id': foreign(() => [{ limit_tokens: 1 }, { alerts: [1] }]),
  'DELETE /api/v1/budgets/:budget_id': foreign(),
  'GET /api/v1/limits': own(),
  'PATCH /api/v1/limits': foreign((ids) => [{ key_id: ids.key_id, limits: { 'turns.key': '1/1m' } }]),
  'GET /api/v1/tenants/:id/limits': named({ id: 'tenant' }),
  'PATCH /api/v1/tenants/:id/limits': named({ id: 'tenant' }, () => [{}]),
  'GET /api/v1/tickets': own(undefined, () => ({ limit: '200' })),
  'GET /api/v1/tickets/:ticket_id': foreign(),
  'POST /api/v1/tickets/:ticket_id/answer': foreign(() => [{ text: 'A person said so.' }]),
  'POST /api/v1/tickets/:ticket_id/close': foreign(() => [{}]),
  'GET /api/v1/evals': own(undefined, () => ({ limit: '200' })),
  'POST /api/v1/evals': collides((ids) => [smallReport(ids.eval_run_id ?? '', 'Mine now')]),
  'GET /api/v1/evals/compare': foreign(undefined, (ids) => ({
    base: ids.eval_run_id ?? '',
    candidate: ids.eval_run_id ?? '',
  })),
  'GET /api/v1/evals/online': own(),
  'GET /api/v1/evals/:run_id': named({ run_id: 'eval_run_id' }),
  'DELETE /api/v1/evals/:run_id': named({ run_id: 'eval_run_id' }),
  'GET /api/v1/evals/:run_id/report': named({ run_id: 'eval_run_id' }),
  'GET /api/v1/evals/:run_id/:suite/cases': named({ run_id: 'eval_run_id' }),
  'GET /api/v1/feedback': own(undefined, () => ({ limit: '200' })),
  'POST /api/v1/feedback': foreign((ids) => [
    { run_id: ids.run_id, score: 'up', comment: 'Mine now' },
    { thread_id: ids.thread_id, message_id: 'x', score: 'up' },
  ]),
  'GET /api/v1/feedback/summary': own(),
  'PATCH /api/v1/feedback/:feedback_id': foreign(() => [{ score: 'up' }, { comment: null }]),
  'DELETE /api/v1/feedback/:feedback_id': foreign(),
  'GET /api/v1/audit': { ...own(), query: () => ({ limit: '1000' }) },

  'POST /assistants/search': own(() => [{ limit: 1000 }, { graph_id: 'desk', metadata: {} }]),
  'POST /assistants/count': own(() => [{}]),
  'GET /assistants/:assistant_id': foreign(),
  'POST /assistants': collides((ids) => [{ assistant_id: ids.assistant_id, graph_id: 'desk', name: 'mine' }]),
  'PATCH /assistants/:assistant_id': foreign(() => [{ name: 'mine' }]),
  'DELETE /assistants/:assistant_id': foreign(undefined, () => ({ delete_threads: 'true' })),
  'POST /assistants/:assistant_id/versions': foreign(() => [{}]),
  'POST /assistants/:assistant_id/latest': foreign(() => [{ version: 1 }]),
  'GET /assistants/:assistant_id/graph': foreign(),
  'GET /assistants/:assistant_id/schemas': foreign(),
  'GET /assistants/:assistant_id/subgraphs': foreign(),
  'GET /assistants/:assistant_id/subgraphs/:namespace': { ...foreign(), params: { namespace: 'key' } },
  'POST /runs/crons': foreign((ids) => [{ assistant_id: ids.assistant_id, schedule: '0 0 1 1 *', input }]),
  'POST /threads/:thread_id/runs/crons': foreign(crons),
  'GET /runs/crons/:cron_id': foreign(),
  'PATCH /runs/crons/:cron_id': foreign(() => [{ schedule: '0 0 2 2 *' }]),
  'DELETE /runs/crons/:cron_id': foreign(),
  'POST /runs/crons/search': foreign((ids) => [
    {},
    { assistant_id: ids.assistant_id },
    { thread_id: ids.thread_id },
  ]),
  'POST /runs/crons/count': foreign((ids) => [
    {},
    { assistant_id: ids.assistant_id },
    { thread_id: ids.thread_id },
  ]),

  'POST /threads': collides((ids) => [{ thread_id: ids.thread_id, if_exists: 'raise' }]),
  'GET /threads/:thread_id': foreign(),
  'PATCH /threads/:thread_id': foreign(() => [{ metadata: { mine: true } }, { ttl: 1 }]),
  'DELETE /threads/:thread_id': foreign(),
  'POST /threads/search': foreign((ids) => [
    { limit: 1000 },
    { ids: [ids.thread_id, ids.context_id] },
    { metadata: { note: ids.key } },
    { values: {} },
  ]),
  'POST /threads/count': foreign((ids) => [{}, { ids: [ids.thread_id] }, { metadata: { note: ids.key } }]),
  'POST /threads/prune': foreign((ids) => [
    { thread_ids: [ids.thread_id, ids.context_id] },
    { thread_ids: [ids.thread_id], strategy: 'keep_latest' },
  ]),
  'POST /threads/:thread_id/copy': foreign(() => [{}]),
  'GET /threads/:thread_id/storage': foreign(),
  'GET /threads/:thread_id/stream': foreign(),
  'GET /threads/:thread_id/state': foreign(),
  'GET /threads/:thread_id/state/:checkpoint_id': foreign(),
  'POST /threads/:thread_id/state/checkpoint': foreign((ids) => [
    { checkpoint: { checkpoint_id: ids.checkpoint_id } },
  ]),
  'GET /threads/:thread_id/history': foreign(undefined, (ids) => ({ before: ids.checkpoint_id ?? '' })),
  'POST /threads/:thread_id/history': foreign((ids) => [{}, { before: ids.checkpoint_id }]),
  'POST /threads/:thread_id/state': foreign((ids) => [state, { ...state, checkpoint_id: ids.checkpoint_id }]),

  'POST /threads/:thread_id/runs/stream': foreign(runs),
  'POST /runs/stream': foreign(loneRuns),
  'POST /threads/:thread_id/runs/wait': foreign(runs),
  'POST /runs/wait': foreign(loneRuns),
  'POST /threads/:thread_id/runs': foreign(runs),
  'POST /runs': foreign(loneRuns),
  'GET /threads/:thread_id/runs': foreign(),
  'POST /runs/batch': foreign((ids) => [[{ assistant_id: ids.assistant_id, input }]]),
  'POST /runs/cancel': foreign((ids) => [
    { thread_id: ids.thread_id, run_ids: [ids.run_id, ids.later_run_id] },
    { status: 'pending' },
    { status: 'all' },
  ]),
  'GET /threads/:thread_id/runs/:run_id': foreign(),
  'GET /runs/:run_id{[0-9A-Fa-f-]+}': foreign(),
  'DELETE /threads/:thread_id/runs/:run_id': foreign(),
  'GET /threads/:thread_id/runs/:run_id/join': foreign(),
  'GET /threads/:thread_id/runs/:run_id/stream': foreign(),
  'GET /runs/:run_id/stream': foreign(),
  'POST /threads/:thread_id/runs/:run_id/cancel': {
    ...foreign(() => [{}]),
    params: { run_id: 'later_run_id' },
  },

  'POST /threads/:thread_id/commands': foreign((ids) => [
    { id: 1, method: 'state.get', params: {} },
    { id: 1, method: 'state.listCheckpoints', params: {} },
    { id: 1, method: 'state.fork', params: { checkpoint_id: ids.checkpoint_id, assistant_id: 'desk' } },
    { id: 1, method: 'agent.getTree', params: {} },
    { id: 1, method: 'input.respond', params: { interrupt_id: 'x', response: true } },
  ]),
  'POST /threads/:thread_id/stream/events': foreign(() => [
    { channels: ['messages', 'lifecycle', 'values'] },
  ]),
  'GET /threads/:thread_id/stream/events': foreign(),

  'PUT /store/items': collides((ids) => [
    { namespace: ['people', ids.key], key: ids.key, value: { mine: true } },
  ]),
  'GET /store/items': foreign(undefined, (ids) => ({ namespace: `people.${ids.key}`, key: ids.key ?? '' })),
  'DELETE /store/items': foreign((ids) => [{ namespace: ['people', ids.key], key: ids.key }]),
  'POST /store/items/search': foreign((ids) => [
    { namespace_prefix: [], limit: 100 },
    { namespace_prefix: ['people', ids.key] },
    { namespace_prefix: ['people'], query: 'what is known of people' },
  ]),
  'POST /store/namespaces': foreign(() => [{}, { prefix: ['people'] }]),

  'GET /v1/models': own(),
  'GET /v1/models/:model': { ...foreign(), params: { model: 'assistant_id' } },
  'POST /v1/chat/completions': foreign((ids) => [
    { model: ids.assistant_id, messages: [{ role: 'user', content: 'Hello' }] },
  ]),
  'POST /v1/responses': foreign((ids) => [
    { model: 'desk', input: 'Go on', previous_response_id: ids.response_id },
    { model: 'desk', input: 'Go on', conversation: ids.conversation_id },
    { model: ids.assistant_id, input: 'Hello' },
  ]),
  'GET /v1/responses/:response_id': foreign(),
  'POST /v1/responses/:response_id/cancel': foreign(() => [{}]),
  'GET /v1/responses/:response_id/input_items': foreign(),
  'DELETE /v1/responses/:response_id': foreign(),
  'POST /v1/conversations': own(() => [{}]),
  'GET /v1/conversations/:conversation_id': foreign(),
  'POST /v1/conversations/:conversation_id': foreign(() => [{ metadata: { mine: 'yes' } }]),
  'DELETE /v1/conversations/:conversation_id': foreign(),
  'GET /v1/conversations/:conversation_id/items': foreign(),

  'POST /mcp': collides((ids) => [
    rpc('tools/call', { name: 'desk', arguments: { message: 'Go on', thread_id: ids.thread_id } }),
  ]),
  'POST /mcp/': own(() => [rpc('tools/list', {})]),
  'GET /.well-known/agent-card.json': foreign(undefined, (ids) => ({ assistant_id: ids.assistant_id ?? '' })),
  'GET /a2a/:assistant_id/.well-known/agent-card.json': foreign(),
  'POST /a2a/:assistant_id': { ...foreign(tasks), params: { assistant_id: 'graph' } },
  'POST /a2a/:assistant_id/': foreign(tasks),
};
