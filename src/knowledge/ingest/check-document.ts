import { CallerError } from '../../errors.ts';
import { checkText, refused } from '../../store/check-name.ts';
import { checkWords } from '../collections/check-words.ts';
import type { DocumentFields } from './document-view.ts';

const most = { key: 1_000, tags: 50, tag: 100, metadata: 16 * 1024, title: 1_000, url: 2_000, name: 500 };
const states = ['draft', 'published', 'archived'];

/** What a document is kept under. Throws a `CallerError` for what cannot be a key: nothing, or more than 1,000 bytes. */
export function checkDocumentKey(key: string): string {
  const checked = checkText(key, 'key');
  if (checked.trim() === '') throw refused('key', 'expected a text that is not blank');
  if (Buffer.byteLength(checked) > most.key) throw refused('key', `has more than ${most.key} bytes`);
  return checked;
}

/** What is kept of what is said of a document; tags each once. Throws a `CallerError` that says what is wrong and where. */
export function checkFields(fields: DocumentFields): DocumentFields {
  const { title, language, tags, metadata, publish, url, name } = fields;
  return {
    ...(title !== undefined && { title: words(title, 'title') }),
    ...(language !== undefined && { language: checkLanguage(language) }),
    ...(tags !== undefined && { tags: checkTags(tags) }),
    ...(metadata !== undefined && { metadata: checkMetadata(metadata) }),
    ...(publish !== undefined && { publish: checkState(publish) }),
    ...(url !== undefined && { url: words(url, 'url') }),
    ...(name !== undefined && { name: words(name, 'name') }),
  };
}

/** Blank is none. */
function words(text: string | null, where: 'title' | 'url' | 'name'): string | null {
  return text === null ? null : checkWords(text, where, most[where]).trim() || null;
}

/** The base of a tag: `pt` of `pt-BR`. */
function checkLanguage(language: string | null): string | null {
  if (language === null) return null;
  const [base = ''] = language.trim().toLowerCase().split(/[-_]/);
  if (!/^[a-z]{2,3}$/.test(base)) throw refused('language', 'expected a language such as en or pt-BR');
  return base;
}

function checkTags(tags: readonly string[]): string[] {
  if (tags.length > most.tags) throw refused('tags', `there are more than ${most.tags}`);
  const checked = tags.map((tag, at) => {
    const trimmed = checkWords(tag, `tags.${at}`, most.tag).trim();
    if (trimmed === '') throw refused(`tags.${at}`, 'expected a text that is not blank');
    return trimmed;
  });
  return [...new Set(checked)];
}

function checkMetadata(metadata: NonNullable<DocumentFields['metadata']>): typeof metadata {
  const json = JSON.stringify(metadata);
  if (Buffer.byteLength(json) > most.metadata)
    throw new CallerError('too-large', `The metadata has more than ${most.metadata} bytes as JSON.`);
  if (json.includes('\\u0000')) throw refused('metadata', 'contains the character U+0000');
  return JSON.parse(json, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value));
}

function checkState(state: NonNullable<DocumentFields['publish']>): typeof state {
  if (!states.includes(state)) throw refused('publish', `expected one of ${states.join(', ')}`);
  return state;
}
