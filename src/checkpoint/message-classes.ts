import {
  AIMessage,
  AIMessageChunk,
  type BaseMessage,
  ChatMessage,
  ChatMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
} from '@langchain/core/messages';

type MessageClass = new (fields: never) => BaseMessage;

/** The message classes that a checkpoint gives back as instances, by the name that it stores. */
const classes = new Map<string, MessageClass>(
  Object.entries({
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    ChatMessageChunk,
    FunctionMessage,
    FunctionMessageChunk,
    HumanMessage,
    HumanMessageChunk,
    RemoveMessage,
    SystemMessage,
    SystemMessageChunk,
    ToolMessage,
    ToolMessageChunk,
  }),
);

/** The name and the fields of a message, from which `makeMessage` makes an equal one. */
export function takeMessageApart(message: BaseMessage): [name: string, fields: Record<string, unknown>] {
  const name = Object.getPrototypeOf(message).constructor.name as string; // a class has a name
  if (!classes.has(name)) throw new TypeError(`A ${name} cannot be saved in a checkpoint.`);
  const fields = Object.entries(message).filter(([key]) => !key.startsWith('lc_') && key !== 'type');
  return [name, Object.fromEntries(fields)];
}

export function makeMessage(name: string, fields: Record<string, unknown>): BaseMessage {
  const found = classes.get(name);
  if (!found) throw new Error(`A checkpoint has a message of the unknown class ${name}.`);
  return new found(fields as never); // the fields that an instance of this class had
}
