import type { Context, MiddlewareHandler } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import type { AppContext } from '../app-context.ts';
import {
  type AnswerClaim,
  claimAnswer,
  type KeptAnswer,
  keepAnswer,
  releaseKey,
} from '../db/kept-answers.ts';
import type { HttpEnv } from './http-env.ts';
import { markReplayed, readIdempotency } from './idempotency.ts';
import { isUpload } from './upload-paths.ts';

/** What creates something and starts no run: of a run, the key is claimed in the transaction that accepts it. */
const creating = [
  /^\/threads$/,
  /^\/threads\/[^/]+\/(copy|state)$/,
  /^\/assistants$/,
  /^\/assistants\/[^/]+\/latest$/,
  /^\/(threads\/[^/]+\/)?runs\/crons$/,
  /^\/api\/v1\/collections(\/[^/]+\/documents)?$/,
  /^\/v1\/conversations(\/[^/]+(\/items)?)?$/,
];

/**
 * Answers a request that creates something once under its `Idempotency-Key`: the same request again gets the first one's answer, and
 * creates nothing. Only what succeeded is kept; what failed may be tried again. Needs the limit on bodies in front of it.
 */
export function answerOnce({ db }: Pick<AppContext, 'db'>): MiddlewareHandler<HttpEnv> {
  return async function answerOnce(c, next) {
    if (!isAnsweredOnce(c)) return next();
    const asked = await readIdempotency(c);
    if (!asked) return next();
    const claim = await claimAnswer(db, asked);
    if ('kept' in claim) return replay(c, claim.kept);
    await next();
    await settle(c, claim).catch((error: unknown) =>
      c.get('log').warn({ err: error }, 'the answer to a request with an idempotency key could not be kept'),
    );
  };

  async function settle(c: Context<HttpEnv>, claim: AnswerClaim): Promise<void> {
    if (!c.res.ok) return releaseKey(db, claim);
    const text = await c.res.clone().text();
    await keepAnswer(db, claim, { status: c.res.status, answer: text === '' ? null : JSON.parse(text) });
  }
}

/** Documents that come as they are have a key of their own, and are not there twice. */
function isAnsweredOnce(c: Context): boolean {
  const { method, path } = c.req;
  const upload = isUpload({ method, path, contentType: c.req.header('content-type') });
  return method === 'POST' && !upload && creating.some((pattern) => pattern.test(path));
}

function replay(c: Context<HttpEnv>, { status, answer }: KeptAnswer): Response {
  markReplayed(c);
  c.status(status as StatusCode); // one that was sent
  return answer === null ? c.body(null) : c.json(answer);
}
