import type { ChatRequest } from '../../../src/model/chat-model.ts';

export function requestOf(part: Partial<ChatRequest> = {}): ChatRequest {
  return {
    role: 'fast',
    agent: { name: 'triage', examples: [] },
    system: 'You decide who answers. Counting goes to sql.',
    messages: [{ type: 'human', id: 'h1', content: 'How many films?' }],
    tools: [{ name: 'run_sql', description: 'Runs a query.', parameters: { type: 'object' } }],
    signal: new AbortController().signal,
    ...part,
  };
}
