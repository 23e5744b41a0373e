import { OpenAPIHono } from '@hono/zod-openapi';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import { a2aRoutes } from './a2a/a2a-routes.ts';
import { findAddress } from './address-of.ts';
import { answerFaultAt } from './answer-fault.ts';
import { answerOnce } from './answer-once.ts';
import { auditRequests } from './audit-requests.ts';
import { auditRoutes } from './audit-routes.ts';
import { accountPage } from './auth/account-page.ts';
import { authenticate } from './auth/authenticate.ts';
import { guardCsrf } from './auth/guard-csrf.ts';
import { guardOrigin } from './auth/guard-origin.ts';
import { keyRoutes } from './auth/key-routes.ts';
import { loginRoutes } from './auth/login-routes.ts';
import { meRoutes } from './auth/me-routes.ts';
import { passwordRoutes } from './auth/password-routes.ts';
import { securityHeaders } from './auth/security-headers.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import { shareOrigins } from './auth/share-origins.ts';
import { tenantRoutes } from './auth/tenant-routes.ts';
import { tokenRoutes } from './auth/token-routes.ts';
import { userRoutes } from './auth/user-routes.ts';
import { budgetRoutes } from './budget-routes.ts';
import { countRequests } from './count-requests.ts';
import { docsRoutes } from './docs-routes.ts';
import { evalRoutes } from './evals/eval-routes.ts';
import { onlineRoutes } from './evals/online-routes.ts';
import { reportRoutes } from './evals/report-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { faultOf } from './fault.ts';
import { feedbackRoutes } from './feedback-routes.ts';
import { filmRoutes } from './film-routes.ts';
import { closeHead, limitBody, neverStore, refuseNul } from './guard-request.ts';
import { healthRoutes } from './health-routes.ts';
import type { HttpEnv } from './http-env.ts';
import { collectionRoutes } from './knowledge/collection-routes.ts';
import { documentRoutes } from './knowledge/document-routes.ts';
import { searchRoutes } from './knowledge/search-routes.ts';
import { uploadRoutes } from './knowledge/upload-routes.ts';
import { assistantRoutes } from './langgraph/assistant-routes.ts';
import { cronRoutes } from './langgraph/cron-routes.ts';
import { manyRunsRoutes } from './langgraph/many-runs-routes.ts';
import { protocolRoutes } from './langgraph/protocol/protocol-routes.ts';
import { runRoutes } from './langgraph/run-routes.ts';
import { runningRoutes } from './langgraph/running-routes.ts';
import { stateRoutes } from './langgraph/state-routes.ts';
import { stateUpdateRoutes } from './langgraph/state-update-routes.ts';
import { storeRoutes } from './langgraph/store-routes.ts';
import { systemRoutes } from './langgraph/system-routes.ts';
import { threadCareRoutes } from './langgraph/thread-care-routes.ts';
import { threadRoutes } from './langgraph/thread-routes.ts';
import { threadSearchRoutes } from './langgraph/thread-search-routes.ts';
import { threadStreamRoutes } from './langgraph/thread-stream-routes.ts';
import { limitAddresses, limitCallers } from './limit-requests.ts';
import { limitRoutes } from './limit-routes.ts';
import { mcpRoutes } from './mcp/mcp-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { modelKeyRoutes, sharedModelKeyRoutes } from './model-key-routes.ts';
import { modelPoolRoutes } from './model-pool-routes.ts';
import { addOpenApi } from './open-api.ts';
import { limitStreams } from './open-streams.ts';
import { completionRoutes } from './openai/completion-routes.ts';
import { conversationRoutes } from './openai/conversation-routes.ts';
import { modelRoutes } from './openai/model-routes.ts';
import { responseRoutes } from './openai/response-routes.ts';
import { requestLog } from './request-log.ts';
import { ticketRoutes } from './ticket-routes.ts';
import { usageRoutes } from './usage-routes.ts';

/** What whoever starts and watches a process asks, of whatever role it is. */
const watching = [healthRoutes, metricsRoutes, systemRoutes];

/** What clients ask of a process that answers them. */
const doors = [
  tokenRoutes,
  keyRoutes,
  tenantRoutes,
  loginRoutes,
  sessionRoutes,
  passwordRoutes,
  meRoutes,
  userRoutes,
  auditRoutes,
  modelKeyRoutes,
  sharedModelKeyRoutes,
  modelPoolRoutes,
  collectionRoutes,
  documentRoutes,
  uploadRoutes,
  searchRoutes,
  filmRoutes,
  eventRoutes,
  usageRoutes,
  budgetRoutes,
  limitRoutes,
  ticketRoutes,
  feedbackRoutes,
  reportRoutes,
  onlineRoutes,
  evalRoutes,
  assistantRoutes,
  threadRoutes,
  threadSearchRoutes,
  threadCareRoutes,
  threadStreamRoutes,
  stateRoutes,
  stateUpdateRoutes,
  cronRoutes,
  runRoutes,
  manyRunsRoutes,
  runningRoutes,
  protocolRoutes,
  storeRoutes,
  modelRoutes,
  completionRoutes,
  responseRoutes,
  conversationRoutes,
  mcpRoutes,
  a2aRoutes,
];

/** The service's doors: LangGraph's, OpenAI's, MCP's, A2A's and our own. A process that only carries out runs has those for its health. */
export function createApp(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  addMiddleware(app, context);
  const works = context.config.role === 'worker';
  for (const routes of works ? watching : [...watching, ...doors]) app.route('/', routes(context));
  if (!works) {
    app.route('/', docsRoutes());
    app.route('/', accountPage());
    addOpenApi(app);
  }
  addFaults(app);
  return app;
}

function addMiddleware(app: OpenAPIHono<HttpEnv>, context: AppContext): void {
  app.use(
    requestId({ limitLength: 128 }),
    findAddress(context.config.http),
    requestLog(context.log),
    countRequests(context.metrics),
    auditRequests(context),
    securityHeaders(context.config),
    shareOrigins(context.config),
    neverStore,
    closeHead,
    refuseNul,
    limitAddresses(context),
    limitBody,
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '));
        const message = `${c.req.path} takes ${methods.join(', ')}, not ${c.req.method}.`;
        return answerFaultAt(c.req.path)(c, { status: 405, code: 'method-not-allowed', message, issues: [] });
      },
    }),
    authenticate(context),
    guardOrigin(context.config),
    guardCsrf(context.config),
    limitCallers(context),
    limitStreams(context),
    answerOnce(context),
  );
}

/** The one place where an error becomes an answer, in the shape of the door that was asked. */
function addFaults(app: OpenAPIHono<HttpEnv>): void {
  app.notFound((c) =>
    answerFaultAt(c.req.path)(c, {
      status: 404,
      code: 'not-found',
      message: `There is nothing at ${c.req.path}.`,
      issues: [],
    }),
  );
  app.onError((error, c) => {
    const fault = faultOf(error);
    if (fault.status >= 500 && !(error instanceof CallerError))
      c.get('log').error({ err: error }, 'a request failed');
    return answerFaultAt(c.req.path)(c, fault);
  });
}
