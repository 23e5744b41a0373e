import { type Call, type Content, type Message, textOf } from '../message.ts';
import type { ChatRequest } from './chat-model.ts';
import { toolText } from './tool-text.ts';

/** What each message costs beside its text, and the beginning of a reply. */
const tokensPerMessage = 4;
/** What a picture costs at most with OpenAI's models; other parts that are no text are counted as if they were. */
const tokensPerPicture = 2_500;

export type Told = Pick<ChatRequest, 'system' | 'messages' | 'tools'>;

/** The texts of a request, as a tokenizer is to count them. */
export function toldTexts({ system, messages, tools }: Told): string[] {
  const declared = tools.length > 0 ? `[${tools.map(toolText).join(',')}]` : '';
  return [system, ...messages.map(writtenOf), declared].filter(Boolean);
}

/** What a request costs beside its texts, in tokens. */
export function untoldTokens({ messages, tools }: Told): number {
  const pictures = messages.reduce((sum, { content }) => sum + picturesIn(content), 0);
  const names = messages.filter((message) => 'name' in message && message.name).length;
  return (messages.length + 2 + tools.length) * tokensPerMessage + names + pictures * tokensPerPicture;
}

/** The texts of a reply. */
export function saidTexts(text: string, calls: Pick<Call, 'name' | 'args'>[]): string[] {
  return [text, ...calls.map(({ name, args }) => `${name} ${JSON.stringify(args)}`)].filter(Boolean);
}

function writtenOf(message: Message): string {
  const calls =
    message.type === 'ai' && message.tool_calls.length > 0 ? saidTexts('', message.tool_calls) : [];
  const thoughts =
    message.type === 'ai' && message.reasoning ? [JSON.stringify(message.reasoning.blocks)] : [];
  const name = 'name' in message && message.name ? [message.name] : [];
  return [...name, textOf(message.content), ...othersIn(message.content), ...calls, ...thoughts].join(' ');
}

function othersIn(content: Content): string[] {
  if (typeof content === 'string') return [];
  return content.flatMap((part) => (part.type === 'text' || isPicture(part) ? [] : [JSON.stringify(part)]));
}

function picturesIn(content: Content): number {
  return typeof content === 'string' ? 0 : content.filter(isPicture).length;
}

function isPicture({ type }: { type: string }): boolean {
  return type === 'image' || type === 'image_url' || type === 'input_image';
}
