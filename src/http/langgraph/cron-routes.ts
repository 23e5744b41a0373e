import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { deleteCron } from '../../db/crons.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { readThreadId } from '../read-params.ts';
import { changeCron, createCron, findCron, noCron } from './cron-changes.ts';
import { cronPatchSchema, cronRequestSchema } from './cron-request.ts';
import { cronSearchRoutes } from './cron-search-routes.ts';
import { wireCron } from './wire-cron.ts';

const tag = 'LangGraph: crons';
const example = {
  assistant_id: 'films',
  schedule: '30 8 * * 1-5',
  timezone: 'Europe/Berlin',
  input: { messages: [{ role: 'user', content: 'Which films came back yesterday?' }] },
};
const paramSchema = z.object({ cron_id: z.guid('expected a UUID').toLowerCase() });

/** Crons: runs that the clock starts. */
export function cronRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /runs/crons', {
    summary: 'Start a run at the times of a schedule, each on a thread of its own',
    description: 'Beside what is named here it takes what a request for a run takes.',
    tag,
    body: cronRequestSchema,
    example,
  });
  app.post('/runs/crons', async (c) =>
    c.json(wireCron(await createCron(context, await readBody(c, cronRequestSchema), null))),
  );

  describe(app, 'POST /threads/{thread_id}/runs/crons', {
    summary: 'Start a run on a thread at the times of a schedule',
    description: 'It goes with the thread. A run that comes round while another is under way waits for it.',
    tag,
    body: cronRequestSchema,
    example,
  });
  app.post('/threads/:thread_id/runs/crons', async (c) => {
    const threadId = readThreadId(c);
    return c.json(wireCron(await createCron(context, await readBody(c, cronRequestSchema), threadId)));
  });

  describe(app, 'GET /runs/crons/{cron_id}', { summary: 'Get a cron', tag });
  app.get('/runs/crons/:cron_id', async (c) => c.json(wireCron(await findCron(context, readCronId(c)))));

  describe(app, 'PATCH /runs/crons/{cron_id}', {
    summary: 'Change a cron',
    description:
      'What is left out stays; `metadata` is added to key by key; an `end_time` of null lets it go on for ever, and of what a run is asked null takes a field out. A run that was started before stays as it is.',
    tag,
    body: cronPatchSchema,
  });
  app.patch('/runs/crons/:cron_id', async (c) => {
    const cronId = readCronId(c);
    return c.json(wireCron(await changeCron(context, cronId, await readBody(c, cronPatchSchema))));
  });

  describe(app, 'DELETE /runs/crons/{cron_id}', {
    summary: 'Delete a cron; runs that it started stay',
    tag,
    answers: 'nothing',
  });
  app.delete('/runs/crons/:cron_id', async (c) => {
    const cronId = readCronId(c);
    if (!(await deleteCron(context.db, cronId))) throw noCron(cronId);
    return c.body(null, 204);
  });

  app.route('/', cronSearchRoutes(context));
  return app;
}

function readCronId(c: Context<HttpEnv>): string {
  return checkInput(paramSchema, c.req.param()).cron_id;
}
