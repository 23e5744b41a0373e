import { readVariable } from '../../config.ts';
import { type Connection, openAiUrl } from '../connection.ts';

/** Variables that OpenAI's own client reads, and sends something for. */
const itsVariables = ['OPENAI_ORG_ID', 'OPENAI_ORGANIZATION', 'OPENAI_PROJECT_ID', 'OPENAI_CUSTOM_HEADERS'];

/** Whether all that is set for a connection is known to the lean client. */
export function canBeLean({ baseUrl = openAiUrl }: Connection, variable = readVariable): boolean {
  const { search, hash, username } = new URL(baseUrl);
  return !search && !hash && !username && itsVariables.every((name) => variable(name) === undefined);
}
