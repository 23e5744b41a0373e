import type { Scope } from '../../identity/scopes.ts';
import type { Role } from '../../tenancy.ts';

/** What a caller needs for a route. */
export type Need = 'nothing' | NeedOfCaller;

export interface NeedOfCaller {
  role: Role;
  /** What a key that is narrowed to scopes must have; absent: any key will do. */
  scope?: Scope;
  /** Reaches beyond the caller's tenant. */
  operator?: true;
}

const anyone = 'nothing';
const anyCaller: Need = { role: 'viewer' };
const readRuns: Need = { role: 'viewer', scope: 'runs:read' };
const run: Need = { role: 'member', scope: 'runs:write' };
const readStore: Need = { role: 'viewer', scope: 'store:read' };
const writeStore: Need = { role: 'member', scope: 'store:write' };
const readAssistants: Need = { role: 'viewer', scope: 'assistants:read' };
const writeAssistants: Need = { role: 'engineer', scope: 'assistants:write' };
const readTickets: Need = { role: 'member', scope: 'tickets:read' };
const writeTickets: Need = { role: 'member', scope: 'tickets:write' };
const readKnowledge: Need = { role: 'viewer', scope: 'knowledge:read' };
const writeKnowledge: Need = { role: 'member', scope: 'knowledge:write' };
const shapeKnowledge: Need = { role: 'engineer', scope: 'knowledge:write' };
const readEvals: Need = { role: 'member', scope: 'evals:read' };
const writeEvals: Need = { role: 'engineer', scope: 'evals:write' };
const readFilms: Need = { role: 'viewer', scope: 'films:read' };
const readManaged: Need = { role: 'admin', scope: 'manage:read' };
const manage: Need = { role: 'admin', scope: 'manage:write' };
const readUsage: Need = { role: 'viewer', scope: 'usage:read' };
const readAudit: Need = { role: 'admin', scope: 'audit:read' };
const operate: Need = { role: 'admin', scope: 'manage:write', operator: true };

/**
 * What each route needs: the one place that says so. A route without an entry answers nobody.
 *
 * `/metrics` may also be asked with `BATON_METRICS_TOKEN`: it tells of all tenants together.
 */
export const leastRoles: Readonly<Record<string, Need>> = {
  // Whoever starts and watches the service
  'GET /health': anyone,
  'GET /ready': anyone,
  'GET /ok': anyone,
  'GET /info': anyone,
  'GET /metrics': operate,

  // Documentation
  'GET /': anyone,
  'GET /docs': anyone,
  'GET /docs/start.js': anyone,
  'GET /docs/swagger-ui.css': anyone,
  'GET /docs/swagger-ui-bundle.js': anyone,
  'GET /docs/favicon-32x32.png': anyone,
  'GET /openapi.json': anyone,

  // Tokens
  'POST /api/v1/auth/token': anyCaller,
  'POST /api/v1/auth/revoke': anyCaller,
  'GET /api/v1/auth/caller': anyCaller,

  // Keys and tenants
  'GET /api/v1/keys': readManaged,
  'POST /api/v1/keys': manage,
  'GET /api/v1/keys/:id': readManaged,
  'DELETE /api/v1/keys/:id': manage,
  'POST /api/v1/keys/:id/rotate': manage,
  'GET /api/v1/tenants': operate,
  'POST /api/v1/tenants': operate,
  'GET /api/v1/tenants/:id': operate,
  'PATCH /api/v1/tenants/:id': operate,
  'POST /api/v1/tenants/:id/keys': operate,

  // Log-in: who has not come in yet, has no role
  'POST /api/v1/auth/login': anyone,
  'POST /api/v1/auth/refresh': anyone,
  'POST /api/v1/auth/reset-request': anyone,
  'POST /api/v1/auth/reset': anyone,
  'POST /api/v1/auth/accept-invitation': anyone,
  'GET /account/reset': anyone,
  'GET /account/invitation': anyone,
  'GET /account/page.js': anyone,
  'GET /account/page.css': anyone,
  'GET /api/v1/auth/csrf': anyCaller,
  'GET /api/v1/auth/sessions': anyCaller,
  'DELETE /api/v1/auth/sessions/:session_id': anyCaller,
  'POST /api/v1/auth/logout': anyCaller,
  'POST /api/v1/auth/logout-all': anyCaller,
  'GET /api/v1/me': anyCaller,
  'POST /api/v1/me/password': anyCaller,

  // Users
  'GET /api/v1/users': readManaged,
  'POST /api/v1/users': manage,
  'GET /api/v1/users/:user_id': readManaged,
  'PATCH /api/v1/users/:user_id': manage,
  'DELETE /api/v1/users/:user_id': manage,
  'POST /api/v1/users/:user_id/invitation': manage,

  // Keys of model providers
  'GET /api/v1/model-keys': readManaged,
  'POST /api/v1/model-keys': manage,
  'GET /api/v1/model-keys/:id': readManaged,
  'PATCH /api/v1/model-keys/:id': manage,
  'PUT /api/v1/model-keys/:id/secret': manage,
  'DELETE /api/v1/model-keys/:id': manage,
  'POST /api/v1/model-keys/:id/test': manage,
  'GET /api/v1/model-pool': readManaged,
  'PUT /api/v1/model-pool': manage,
  'GET /api/v1/shared-model-keys': operate,
  'POST /api/v1/shared-model-keys': operate,
  'GET /api/v1/shared-model-keys/:id': operate,
  'PATCH /api/v1/shared-model-keys/:id': operate,
  'PUT /api/v1/shared-model-keys/:id/secret': operate,
  'DELETE /api/v1/shared-model-keys/:id': operate,
  'POST /api/v1/shared-model-keys/:id/test': operate,

  // The audit
  'GET /api/v1/audit': readAudit,

  // Money: who is no engineer sees what they themselves have spent
  'GET /api/v1/usage': readUsage,
  'GET /api/v1/budgets': readManaged,
  'POST /api/v1/budgets': manage,
  'GET /api/v1/budgets/:budget_id': readManaged,
  'PATCH /api/v1/budgets/:budget_id': manage,
  'DELETE /api/v1/budgets/:budget_id': manage,

  // Limits
  'GET /api/v1/limits': readManaged,
  'PATCH /api/v1/limits': manage,
  'GET /api/v1/tenants/:id/limits': operate,
  'PATCH /api/v1/tenants/:id/limits': operate,

  // What happened to documents and tickets
  'GET /api/v1/events': readKnowledge,

  // What was handed to a person: whoever may talk in threads may answer there
  'GET /api/v1/tickets': readTickets,
  'GET /api/v1/tickets/:ticket_id': readTickets,
  'POST /api/v1/tickets/:ticket_id/answer': writeTickets,
  'POST /api/v1/tickets/:ticket_id/close': writeTickets,

  // Evals: cases, transcripts and edited sentences of prompts, for whoever may run turns
  'GET /api/v1/evals': readEvals,
  'POST /api/v1/evals': writeEvals,
  'GET /api/v1/evals/compare': readEvals,
  'GET /api/v1/evals/online': readEvals,
  'GET /api/v1/evals/:run_id': readEvals,
  'DELETE /api/v1/evals/:run_id': writeEvals,
  'GET /api/v1/evals/:run_id/report': readEvals,
  'GET /api/v1/evals/:run_id/:suite/cases': readEvals,

  // Feedback: whoever may read a thread may say what they think of it; who is no engineer sees their own
  'GET /api/v1/feedback': readRuns,
  'POST /api/v1/feedback': readRuns,
  'GET /api/v1/feedback/summary': readEvals,
  'PATCH /api/v1/feedback/:feedback_id': readRuns,
  'DELETE /api/v1/feedback/:feedback_id': readRuns,

  // Knowledge
  'GET /api/v1/collections': readKnowledge,
  'POST /api/v1/collections': shapeKnowledge,
  'GET /api/v1/collections/:collection': readKnowledge,
  'PATCH /api/v1/collections/:collection': shapeKnowledge,
  'DELETE /api/v1/collections/:collection': shapeKnowledge,
  'GET /api/v1/collections/:collection/documents': readKnowledge,
  'POST /api/v1/collections/:collection/documents': writeKnowledge,
  'GET /api/v1/documents/:document': readKnowledge,
  'PATCH /api/v1/documents/:document': writeKnowledge,
  'DELETE /api/v1/documents/:document': writeKnowledge,
  'PUT /api/v1/documents/:document/content': writeKnowledge,
  'POST /api/v1/documents/:document/retry': writeKnowledge,
  'GET /api/v1/documents/:document/chunks': readKnowledge,
  'GET /api/v1/documents/:document/versions': readKnowledge,
  'POST /api/v1/search': readKnowledge,
  'POST /api/v1/collections/:collection/search': readKnowledge,

  // The shop
  'GET /api/v1/films': readFilms,
  'GET /api/v1/films/:id': readFilms,

  // LangGraph: assistants and crons
  'POST /assistants/search': readAssistants,
  'POST /assistants/count': readAssistants,
  'GET /assistants/:assistant_id': readAssistants,
  'POST /assistants': writeAssistants,
  'PATCH /assistants/:assistant_id': writeAssistants,
  'DELETE /assistants/:assistant_id': writeAssistants,
  'POST /assistants/:assistant_id/versions': readAssistants,
  'POST /assistants/:assistant_id/latest': writeAssistants,
  'GET /assistants/:assistant_id/graph': readAssistants,
  'GET /assistants/:assistant_id/schemas': readAssistants,
  'GET /assistants/:assistant_id/subgraphs': readAssistants,
  'GET /assistants/:assistant_id/subgraphs/:namespace': readAssistants,
  'POST /runs/crons': writeAssistants,
  'POST /threads/:thread_id/runs/crons': writeAssistants,
  'GET /runs/crons/:cron_id': readAssistants,
  'PATCH /runs/crons/:cron_id': writeAssistants,
  'DELETE /runs/crons/:cron_id': writeAssistants,
  'POST /runs/crons/search': readAssistants,
  'POST /runs/crons/count': readAssistants,

  // LangGraph: threads
  'POST /threads': run,
  'GET /threads/:thread_id': readRuns,
  'PATCH /threads/:thread_id': run,
  'DELETE /threads/:thread_id': run,
  'POST /threads/search': readRuns,
  'POST /threads/count': readRuns,
  'POST /threads/prune': run,
  'POST /threads/:thread_id/copy': run,
  'GET /threads/:thread_id/storage': readRuns,
  'GET /threads/:thread_id/stream': readRuns,
  'GET /threads/:thread_id/state': readRuns,
  'GET /threads/:thread_id/state/:checkpoint_id': readRuns,
  'POST /threads/:thread_id/state/checkpoint': readRuns,
  'GET /threads/:thread_id/history': readRuns,
  'POST /threads/:thread_id/history': readRuns,
  'POST /threads/:thread_id/state': run,

  // LangGraph: runs
  'POST /threads/:thread_id/runs/stream': run,
  'POST /runs/stream': run,
  'POST /threads/:thread_id/runs/wait': run,
  'POST /runs/wait': run,
  'POST /threads/:thread_id/runs': run,
  'POST /runs': run,
  'GET /threads/:thread_id/runs': readRuns,
  'POST /runs/batch': run,
  'POST /runs/cancel': run,
  'GET /threads/:thread_id/runs/:run_id': readRuns,
  'GET /runs/:run_id{[0-9A-Fa-f-]+}': readRuns,
  'DELETE /threads/:thread_id/runs/:run_id': run,
  'GET /threads/:thread_id/runs/:run_id/join': readRuns,
  'GET /threads/:thread_id/runs/:run_id/stream': readRuns,
  'GET /runs/:run_id/stream': readRuns,
  'POST /threads/:thread_id/runs/:run_id/cancel': run,

  // LangGraph: the thread protocol. Its socket takes commands.
  'POST /threads/:thread_id/commands': run,
  'POST /threads/:thread_id/stream/events': readRuns,
  'GET /threads/:thread_id/stream/events': run,

  // LangGraph: the store
  'PUT /store/items': writeStore,
  'GET /store/items': readStore,
  'DELETE /store/items': writeStore,
  'POST /store/items/search': readStore,
  'POST /store/namespaces': readStore,

  // OpenAI
  'GET /v1/models': readRuns,
  'GET /v1/models/:model': readRuns,
  'POST /v1/chat/completions': run,
  'POST /v1/responses': run,
  'GET /v1/responses/:response_id': readRuns,
  'POST /v1/responses/:response_id/cancel': run,
  'GET /v1/responses/:response_id/input_items': readRuns,
  'DELETE /v1/responses/:response_id': run,
  'POST /v1/conversations': run,
  'GET /v1/conversations/:conversation_id': readRuns,
  'POST /v1/conversations/:conversation_id': run,
  'DELETE /v1/conversations/:conversation_id': run,
  'GET /v1/conversations/:conversation_id/items': readRuns,

  // MCP and A2A: their one route each takes all calls. A card says which agents a tenant has.
  'POST /mcp': run,
  'POST /mcp/': run,
  'GET /.well-known/agent-card.json': readRuns,
  'GET /a2a/:assistant_id/.well-known/agent-card.json': readRuns,
  'POST /a2a/:assistant_id': run,
  'POST /a2a/:assistant_id/': run,
};
