import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { restoreVersion } from '../../db/assistants.ts';
import { listVersions } from '../../db/search-assistants.ts';
import { CallerError } from '../../errors.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { noAssistant, readAssistant, readAssistantId, readOwn } from './find-assistant.ts';
import { wireAssistant, wireVersion } from './wire-assistant.ts';

const tag = 'LangGraph: assistants';
const listSchema = z.object({
  limit: z.int().min(1).max(1000).default(10),
  offset: z.int().min(0).max(1e9).default(0),
  metadata: jsonObjectSchema.nullish().describe('What the version’s metadata must contain.'),
});
const latestSchema = z.object({ version: z.int().min(1).max(1e9) });

/** The versions of assistants: each change made one, and each can be made current again. */
export function assistantVersionRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db, graphs } = context;
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /assistants/{assistant_id}/versions', {
    summary: 'List the versions of an assistant, newest first',
    tag,
    body: listSchema,
    answer: z.array(z.looseObject({})),
  });
  app.post('/assistants/:assistant_id/versions', async (c) => {
    const asked = c.req.param('assistant_id');
    const assistantId = readAssistantId(graphs, asked);
    const { limit, offset, metadata } = await readBody(c, listSchema);
    const page = { limit, offset, metadata: metadata ?? {} };
    const versions = await listVersions(db, assistantId, await readOwn(context, assistantId), page);
    if (versions.length === 0) await readAssistant(context, asked);
    return c.json(versions.map(wireVersion));
  });

  describe(app, 'POST /assistants/{assistant_id}/latest', {
    summary: 'Make a version current again, with all that it says',
    tag,
    body: latestSchema,
  });
  app.post('/assistants/:assistant_id/latest', async (c) => {
    const asked = c.req.param('assistant_id');
    const assistantId = readAssistantId(graphs, asked);
    const { version } = await readBody(c, latestSchema);
    const restored = await restoreVersion(db, assistantId, version);
    if (restored && 'newest' in restored) throw noVersion(version, restored.newest);
    if (restored) return c.json(wireAssistant(restored));
    const own = await readOwn(context, assistantId);
    if (!own) throw noAssistant(graphs, asked);
    if (version !== own.version) throw noVersion(version, own.version);
    return c.json(wireAssistant(own));
  });

  return app;
}

function noVersion(version: number, newest: number): CallerError {
  const there = newest === 1 ? 'There is version 1.' : `There are versions 1 to ${newest}.`;
  return new CallerError('not-found', `The assistant has no version ${version}. ${there}`);
}
