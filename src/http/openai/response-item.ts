import type { Call } from '../../message.ts';
import type { TextAnnotation } from './annotations.ts';

type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed';

/** What an agent said. */
export interface MessageItem {
  type: 'message';
  id: string;
  role: 'assistant';
  status: Status;
  content: TextContent[];
}

export interface TextContent {
  type: 'output_text';
  text: string;
  annotations: TextAnnotation[];
  logprobs: [];
}

/** A call of a tool that the service carries out itself; `server_label` is the agent that calls. */
export interface CallItem {
  type: 'mcp_call';
  id: string;
  server_label: string;
  name: string;
  /** JSON text. */
  arguments: string;
  approval_request_id: string | null;
  status: Status;
  output: string | null;
  error: { type: 'mcp_tool_execution_error'; content: { type: 'text'; text: string }[] } | null;
}

/** A call that waits for a person. The next request answers it with an `mcp_approval_response`. */
export interface ApprovalItem {
  type: 'mcp_approval_request';
  id: string;
  server_label: string;
  name: string;
  arguments: string;
}

export type OutputItem = MessageItem | CallItem | ApprovalItem;

export function messageItem(messageId: string, status: Status, content: TextContent[]): MessageItem {
  return { type: 'message', id: `msg_${messageId}`, role: 'assistant', status, content };
}

export function textContent(text: string, annotations: TextAnnotation[] = []): TextContent {
  return { type: 'output_text', text, annotations, logprobs: [] };
}

/** A call as it begins: its arguments follow. */
export function callItem(agent: string, { id, name }: Call): CallItem {
  return {
    type: 'mcp_call',
    id: `mcp_${id}`,
    server_label: agent,
    name,
    arguments: '',
    approval_request_id: null,
    status: 'in_progress',
    output: null,
    error: null,
  };
}

export function approvalItem(agent: string, { id, name, args }: Call): ApprovalItem {
  return {
    type: 'mcp_approval_request',
    id: approvalIdOf(id),
    server_label: agent,
    name,
    arguments: JSON.stringify(args),
  };
}

const approvalPrefix = 'mcpr_';

export function approvalIdOf(callId: string): string {
  return `${approvalPrefix}${callId}`;
}

/** The call that an approval is about; undefined for what is no id of one. */
export function callIdOf(approvalId: string): string | undefined {
  return approvalId.startsWith(approvalPrefix) ? approvalId.slice(approvalPrefix.length) : undefined;
}
