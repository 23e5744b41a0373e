import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import type { AppContext } from '../../app-context.ts';
import type { Logger } from '../../log.ts';
import type { IdempotencyClaim } from '../../turn/turn-request.ts';
import { callGraph } from './call-graph.ts';
import { graphTool } from './graph-tool.ts';

export interface McpCallOptions {
  log: Logger;
  /** A signal for the call of this id: aborted when its client takes it back. The returned function ends the watch. */
  watchCancel(requestId: string | number): { signal: AbortSignal; end(): void };
  /** What makes the call of this id, sent again, one and the same. */
  claimFor(requestId: string | number): IdempotencyClaim | undefined;
  onStart(ids: { threadId: string; runId: string }): void;
}

/** How one request comes in and is answered. */
export function openMcpTransport(): WebStandardStreamableHTTPServerTransport {
  return new WebStandardStreamableHTTPServerTransport({ keepAliveMs: 5_000 });
}

/** A server for one request: every graph that there is just now is a tool. */
export function openMcpServer(
  context: AppContext,
  { log, watchCancel, claimFor, onStart }: McpCallOptions,
): Server {
  const server = new Server(
    { name: 'baton', title: 'Baton', version: '1' },
    {
      capabilities: { tools: {} },
      instructions:
        'Each tool asks a team of agents. Give thread_id of an answer to go on with its conversation.',
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: context.graphs.list().map(graphTool) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { name: graph, arguments: args = {}, _meta } = params;
    if (!context.graphs.get(graph)) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${graph}.`);
    const { signal, end } = watchCancel(extra.requestId);
    let progress = 0;
    const onProgress = async (message: string) => {
      const progressToken = _meta?.progressToken;
      if (progressToken === undefined) return;
      progress += 1;
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, message },
      });
    };
    try {
      const idempotency = claimFor(extra.requestId);
      return await callGraph(context, { graph, args, signal, idempotency, onStart, onProgress });
    } catch (error) {
      log.error({ err: error, graph }, 'a call through MCP failed');
      throw new McpError(ErrorCode.InternalError, 'The service failed to answer this call.');
    } finally {
      end();
    }
  });
  return server;
}
