import type { JsonObject, Message } from '../message.ts';
import { transferName } from './transfer-tool.ts';

/** How control came to an agent: kept as the artifact of the answer to a transfer call. */
export interface Transfer {
  from: string;
  to: string;
  brief: JsonObject;
  /** Of an edge that shows one. */
  summary?: string;
}

/** The transfer that a message records, if it does: a tool may return what looks like one, but has another name. */
export function transferIn(message: Message): Transfer | undefined {
  if (message.type !== 'tool') return undefined;
  const { transfer } = (message.artifact ?? {}) as { transfer?: Transfer }; // under this name, only the machine writes it
  return transfer && message.name === transferName(transfer.to) ? transfer : undefined;
}
