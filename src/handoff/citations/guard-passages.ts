import type { Json, JsonObject } from '../../message.ts';
import { applyGuards, type GuardRun } from '../apply-guards.ts';
import { passagesIn } from './found-passages.ts';

/**
 * The passages beside a result that a guard has changed, as the model is shown them: their texts are those of the changed result, and of
 * what the result did not have (where a document comes from) only what the guards let pass. Undefined where the result has none.
 */
export async function guardPassages(
  run: GuardRun,
  agent: string,
  artifact: Json | undefined,
  shown: string,
): Promise<JsonObject | undefined> {
  const passages = passagesIn(artifact);
  const texts = shownIn(shown);
  if (passages.length === 0 || texts.size === 0) return undefined;
  const quiet = { ...run, tell: () => undefined }; // that the result was changed has been told
  const kept: JsonObject[] = [];
  for (const passage of passages) {
    const { title, section, text } = texts.get(passage.id) ?? {};
    if (text === undefined) continue;
    const { name, url, key, ...rest } = passage;
    const from = { key, ...(name && { name }), ...(url && { url }) };
    const told = Object.values(from).join('\n');
    const passed = await applyGuards(quiet, 'result', agent, told);
    const isSame = passed.blocked === undefined && passed.text === told;
    kept.push(
      plain({ ...rest, ...(isSame ? from : { key: '' }), title, headings: section ? [section] : [], text }),
    );
  }
  return { passages: kept };
}

interface Shown {
  id?: string;
  title?: string;
  section?: string;
  text?: string;
}

/** The passages of a result's text, by id, of which the first counts; a guard may have put a warning before it. */
function shownIn(content: string): Map<string, Shown> {
  const from = content.indexOf('{"passages":');
  try {
    const { passages = [] } = JSON.parse(content.slice(from)) as { passages?: Shown[] }; // as the tool wrote it
    return new Map(passages.toReversed().map((passage) => [String(passage.id), passage]));
  } catch {
    return new Map();
  }
}

/** Without what is absent. */
function plain(passage: object): JsonObject {
  return JSON.parse(JSON.stringify(passage));
}
