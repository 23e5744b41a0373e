import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import packageJson from '../../package.json' with { type: 'json' };
import type { HttpEnv } from './http-env.ts';

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['Health'],
  summary: 'This document',
  responses: {
    200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: z.looseObject({}) } } },
  },
});

/** How callers say who they are: see `readCredential`. */
const schemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key, or a token.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'A key.' },
} as const;

/** Serves the description of every route that the app has by now. */
export function addOpenApi(app: OpenAPIHono<HttpEnv>): void {
  let document: object | undefined;
  for (const [name, scheme] of Object.entries(schemes)) {
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  }
  app.openapi(route, (c) => {
    document ??= app.getOpenAPI31Document({
      openapi: '3.1.0',
      security: Object.keys(schemes).map((name) => ({ [name]: [] })),
      info: {
        title: 'Baton',
        version: packageJson.version,
        description:
          'Agents that hand a conversation to one another. Three doors to the same threads: LangGraph’s API, OpenAI’s chat completions, and our own routes.',
      },
    });
    return c.json({ ...document }, 200);
  });
}
