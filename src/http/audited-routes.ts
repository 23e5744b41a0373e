/** What is recorded of a request. */
export interface Audited {
  /** Noun and verb. */
  action: `${string}-${string}`;
  /** What a refusal is recorded as: `access-refuse`, unless something else is to be said. */
  refused?: `${string}-${string}`;
  target?: {
    type: string;
    /** A parameter of the path, `:thread_id`, or a member of the answer, `thread_id`. */
    id?: string;
  };
  /** The parameter of the path that names the tenant it concerns, where that is not the caller's. */
  tenant?: `:${string}`;
  /** Members of the body that are worth knowing. */
  body?: readonly string[];
}

const budgetBody = ['scope', 'subject', 'period', 'limit_usd', 'limit_tokens', 'alerts'];
const collectionBody = ['description', 'chunk_tokens', 'overlap_tokens'];
const keyBody = ['name', 'role', 'scopes', 'graphs', 'operator', 'expires_in_days'];

/**
 * Every route that changes something, and what is recorded of it. A route that is not `GET` stands here or among `unaudited`.
 */
export const auditedRoutes: Record<string, Audited> = {
  'POST /api/v1/keys': { ...create('key', 'id'), body: keyBody },
  'DELETE /api/v1/keys/:id': { action: 'key-revoke', target: { type: 'key', id: ':id' } },
  'POST /api/v1/keys/:id/rotate': { action: 'key-rotate', target: { type: 'key', id: ':id' } },
  'POST /api/v1/tenants': { ...create('tenant', 'id'), body: ['name'] },
  'PATCH /api/v1/tenants/:id': {
    action: 'tenant-update',
    target: { type: 'tenant', id: ':id' },
    tenant: ':id',
    body: ['name', 'suspended'],
  },
  'POST /api/v1/tenants/:id/keys': { ...create('key', 'id'), tenant: ':id', body: keyBody },

  'POST /api/v1/budgets': { ...create('budget', 'id'), body: budgetBody },
  'PATCH /api/v1/budgets/:budget_id': {
    action: 'budget-update',
    target: { type: 'budget', id: ':budget_id' },
    body: budgetBody,
  },
  'DELETE /api/v1/budgets/:budget_id': {
    action: 'budget-delete',
    target: { type: 'budget', id: ':budget_id' },
  },

  'PATCH /api/v1/limits': { action: 'limit-change', body: ['key_id', 'limits'] },
  'PATCH /api/v1/tenants/:id/limits': {
    action: 'limit-change',
    target: { type: 'tenant', id: ':id' },
    tenant: ':id',
    body: ['key_id', 'limits'],
  },

  'POST /api/v1/tickets/:ticket_id/answer': of('ticket', 'ticket-answer'),
  'POST /api/v1/tickets/:ticket_id/close': of('ticket', 'ticket-close'),

  'POST /api/v1/evals': { action: 'eval-keep', target: { type: 'eval', id: 'run_id' } },
  'DELETE /api/v1/evals/:run_id': { action: 'eval-delete', target: { type: 'eval', id: ':run_id' } },
  'POST /api/v1/feedback': { action: 'feedback-give', target: { type: 'feedback', id: 'id' } },
  'PATCH /api/v1/feedback/:feedback_id': of('feedback', 'feedback-update'),
  'DELETE /api/v1/feedback/:feedback_id': of('feedback', 'feedback-delete'),

  'POST /api/v1/collections': { ...create('collection', 'name'), body: [...collectionBody, 'metric'] },
  'PATCH /api/v1/collections/:collection': {
    ...named('collection', 'collection-update'),
    body: collectionBody,
  },
  'DELETE /api/v1/collections/:collection': named('collection', 'collection-delete'),
  'POST /api/v1/collections/:collection/documents': {
    action: 'document-add',
    target: { type: 'document', id: 'id' },
  },
  'PATCH /api/v1/documents/:document': {
    ...named('document', 'document-update'),
    body: ['title', 'language', 'url', 'tags', 'publish'],
  },
  'DELETE /api/v1/documents/:document': named('document', 'document-delete'),
  'PUT /api/v1/documents/:document/content': named('document', 'document-replace'),
  'POST /api/v1/documents/:document/retry': named('document', 'document-retry'),

  'POST /threads': create('thread', 'thread_id'),
  'PATCH /threads/:thread_id': of('thread', 'thread-update'),
  'DELETE /threads/:thread_id': of('thread', 'thread-delete'),
  'POST /threads/prune': { action: 'thread-prune', body: ['thread_ids', 'strategy'] },
  'POST /threads/:thread_id/copy': { ...of('thread', 'thread-copy') },
  'POST /threads/:thread_id/state': { ...of('thread', 'state-update'), body: ['as_node', 'checkpoint_id'] },
  'DELETE /threads/:thread_id/runs/:run_id': of('run', 'run-delete'),
  'POST /threads/:thread_id/runs/:run_id/cancel': of('run', 'run-cancel'),
  'POST /runs/cancel': { action: 'run-cancel', body: ['thread_id', 'run_ids', 'status'] },

  'POST /assistants': create('assistant', 'assistant_id'),
  'PATCH /assistants/:assistant_id': of('assistant', 'assistant-update'),
  'DELETE /assistants/:assistant_id': of('assistant', 'assistant-delete'),
  'POST /assistants/:assistant_id/latest': { ...of('assistant', 'assistant-rewind'), body: ['version'] },

  'POST /runs/crons': { ...create('cron', 'cron_id'), body: ['assistant_id', 'schedule'] },
  'POST /threads/:thread_id/runs/crons': { ...create('cron', 'cron_id'), body: ['assistant_id', 'schedule'] },
  'PATCH /runs/crons/:cron_id': { ...of('cron', 'cron-update'), body: ['schedule', 'enabled'] },
  'DELETE /runs/crons/:cron_id': of('cron', 'cron-delete'),

  'PUT /store/items': { action: 'item-put', target: { type: 'item' }, body: ['namespace', 'key'] },
  'DELETE /store/items': { action: 'item-delete', target: { type: 'item' }, body: ['namespace', 'key'] },

  'POST /api/v1/auth/token': { action: 'token-issue', body: ['ttl_seconds', 'role', 'scopes', 'graphs'] },
  'POST /api/v1/auth/revoke': { action: 'token-revoke' },
  'POST /api/v1/auth/login': { action: 'user-login', refused: 'login-fail' },
  'POST /api/v1/auth/logout': { action: 'session-end' },
  'POST /api/v1/auth/logout-all': { action: 'session-end' },
  'DELETE /api/v1/auth/sessions/:session_id': of('session', 'session-end'),
  'POST /api/v1/auth/reset-request': { action: 'reset-request', body: ['tenant', 'email'] },
  'POST /api/v1/auth/reset': { action: 'password-reset' },
  'POST /api/v1/auth/accept-invitation': { action: 'invitation-accept' },
  'POST /api/v1/me/password': { action: 'password-change', refused: 'password-refuse' },
  'POST /api/v1/users': { ...create('user', 'id'), body: ['email', 'name', 'role', 'graphs'] },
  'PATCH /api/v1/users/:user_id': {
    ...of('user', 'user-update'),
    body: ['name', 'role', 'graphs', 'status'],
  },
  'DELETE /api/v1/users/:user_id': of('user', 'user-delete'),
  'POST /api/v1/users/:user_id/invitation': of('user', 'user-invite'),

  ...modelKeys('/api/v1/model-keys', 'model-key'),
  ...modelKeys('/api/v1/shared-model-keys', 'shared-model-key'),
  'PUT /api/v1/model-pool': { action: 'model-pool-update', body: ['shared'] },

  'DELETE /v1/responses/:response_id': of('response', 'response-delete'),
  'POST /v1/responses/:response_id/cancel': of('response', 'response-cancel'),
  'POST /v1/conversations': create('conversation', 'id'),
  'POST /v1/conversations/:conversation_id': of('conversation', 'conversation-update'),
  'DELETE /v1/conversations/:conversation_id': of('conversation', 'conversation-delete'),
};

/**
 * Routes that are not `GET` and are not recorded, and why: they only read; they are turns, of which the run and its log tell; they go on with a
 * session whose beginning is recorded.
 */
export const unaudited: Record<string, 'read' | 'turn' | 'session'> = {
  'POST /api/v1/auth/refresh': 'session',

  'POST /api/v1/search': 'read',
  'POST /api/v1/collections/:collection/search': 'read',

  'POST /threads/search': 'read',
  'POST /threads/count': 'read',
  'POST /threads/:thread_id/state/checkpoint': 'read',
  'POST /threads/:thread_id/history': 'read',
  'POST /threads/:thread_id/stream/events': 'read',
  'POST /assistants/search': 'read',
  'POST /assistants/count': 'read',
  'POST /assistants/:assistant_id/versions': 'read',
  'POST /runs/crons/search': 'read',
  'POST /runs/crons/count': 'read',
  'POST /store/items/search': 'read',
  'POST /store/namespaces': 'read',

  'POST /threads/:thread_id/commands': 'turn',
  'POST /threads/:thread_id/runs': 'turn',
  'POST /threads/:thread_id/runs/stream': 'turn',
  'POST /threads/:thread_id/runs/wait': 'turn',
  'POST /runs': 'turn',
  'POST /runs/stream': 'turn',
  'POST /runs/wait': 'turn',
  'POST /runs/batch': 'turn',
  'POST /v1/chat/completions': 'turn',
  'POST /v1/responses': 'turn',
  'POST /a2a/:assistant_id': 'turn',
  'POST /mcp': 'turn',
};

function create(type: string, id: string): Audited {
  return { action: `${type}-create`, target: { type, id } };
}

function modelKeys(path: string, type: string): Record<string, Audited> {
  const limits = ['weight', 'max_concurrency', 'requests_per_minute', 'tokens_per_minute', 'models'];
  const target = { type, id: ':id' };
  return {
    [`POST ${path}`]: { ...create(type, 'id'), body: ['provider', 'name', 'base_url', ...limits] },
    [`PATCH ${path}/:id`]: { action: `${type}-update`, target, body: ['name', 'disabled', ...limits] },
    [`PUT ${path}/:id/secret`]: { action: `${type}-replace`, target },
    [`DELETE ${path}/:id`]: { action: `${type}-delete`, target },
    [`POST ${path}/:id/test`]: { action: `${type}-test`, target },
  };
}

/** The same where the path has its name for it. */
function named(type: string, action: Audited['action']): Audited {
  return { action, target: { type, id: `:${type}` } };
}

/** Something that is done to what the path names. */
function of(type: string, action: Audited['action']): Audited {
  return { action, target: { type, id: `:${type}_id` } };
}
