import type { AppContext } from '../../app-context.ts';
import { CallerError, type Issue } from '../../errors.ts';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import type { JsonObject } from '../../message.ts';
import { checkWebhookUrl } from '../../turn/send-webhook.ts';
import type { TurnRequest } from '../../turn/turn-request.ts';
import { checkBeginning } from './check-beginning.ts';
import { type FoundAssistant, findAssistant } from './find-assistant.ts';
import { graphsOwn } from './graphs-own.ts';
import { mergeRunConfig, mergeRunMetadata } from './merge-run-config.ts';
import { kwargsOf, type RunRequest, resumeOf } from './run-request.ts';

export interface AskedAt {
  /** Absent: the run gets a thread of its own, which goes with its end unless `on_completion` is `keep`. */
  threadId?: string | undefined;
  /** Put among what is configurable: see `copiedHeaders`. */
  headers?: JsonObject;
  /**
   * Whether a graph's own assistant is looked up too. Else it is taken for what the files say, and the turn is refused with a
   * `ChangedAssistantError` where that is wrong.
   */
  sure?: boolean;
}

/**
 * The turn that a request for a run asks for. Throws a `CallerError` for what cannot be run: an unknown assistant, node or
 * checkpoint, an address that no webhook may be sent to, nothing to go on with.
 */
export async function toTurn(
  context: AppContext,
  request: RunRequest,
  { threadId, headers = {}, sure = true }: AskedAt,
): Promise<TurnRequest> {
  const assumed = sure ? undefined : graphsOwn(context.graphs, request.assistant_id);
  const assistant: Said = assumed ?? (await findAssistant(context, request.assistant_id));
  const { command, webhook, after_seconds: afterSeconds } = request;
  refuseUnknownNodes(assistant.graph, request);
  if (webhook) checkWebhookUrl(webhook, context.config);
  const { checkpointId, configurable } = takeCheckpoint(request);
  const config = mergeRunConfig(assistant, {
    ...request,
    config: { ...request.config, configurable: { ...configurable, ...headers } },
  });
  const beginning = {
    ...(threadId && { threadId }),
    ...(checkpointId && { checkpointId }),
    ...resumeOf(request),
    ...(command?.update && { update: { messages: command.update } }),
    ...(isNothingNew(request) && { proceed: true }),
  };
  await checkBeginning(context, beginning, { strict: request.strict_resume ?? false });
  return {
    ...beginning,
    graph: assistant.graph.name,
    assistantId: assistant.assistantId,
    ...(assumed && { assumed: assumed.assistantId }),
    ifNotExists: request.if_not_exists ?? 'reject',
    input: request.input ?? [],
    ...(command?.goto && { goto: command.goto }),
    metadata: mergeRunMetadata(assistant, request),
    kwargs: kwargsOf(request),
    config,
    version: config.configurable?.graph_version === 'newest' ? 'newest' : 'pinned',
    multitask: request.multitask_strategy ?? 'enqueue',
    ...(afterSeconds && { afterSeconds }),
    ...(webhook && { webhook }),
    temporary: isTemporary(request, threadId),
  };
}

/** What a turn takes over from an assistant. */
type Said = Omit<FoundAssistant, 'version'>;

export function isTemporary({ on_completion }: RunRequest, threadId: string | undefined): boolean {
  return !threadId && on_completion !== 'keep';
}

function isNothingNew({ input, command }: RunRequest): boolean {
  return !input && command?.resume === undefined && !command?.goto && !command?.update;
}

/** Where the run goes on is said at one of three places; tools have no use for it. */
function takeCheckpoint({ checkpoint_id, checkpoint, config }: RunRequest): {
  checkpointId: string | undefined;
  configurable: JsonObject;
} {
  const {
    checkpoint_id: configured,
    checkpoint_ns: _ns,
    checkpoint_map: _map,
    thread_id: _thread,
    ...configurable
  } = config?.configurable ?? {};
  const said = checkpoint_id ?? checkpoint?.checkpoint_id ?? configured;
  return { checkpointId: typeof said === 'string' && said !== '' ? said : undefined, configurable };
}

function refuseUnknownNodes({ graph }: LoadedGraph, request: RunRequest): void {
  const { interrupt_before, interrupt_after, command } = request;
  const asked = { interrupt_before, interrupt_after };
  const issues = Object.entries(asked).flatMap(([path, nodes]) =>
    Array.isArray(nodes) ? unknownAmong([...graph.agents, 'tools'], nodes, path) : [],
  );
  if (command?.goto) issues.push(...unknownAmong(graph.agents, [command.goto], 'command.goto'));
  if (issues.length > 0) throw new CallerError('invalid-request', 'The request is not valid.', { issues });
}

function unknownAmong(known: string[], asked: string[], path: string): Issue[] {
  const unknown = asked.filter((name) => !known.includes(name));
  return unknown.map((name) => ({ path, message: `${name} is none of ${known.join(', ')}` }));
}
