import { z } from 'zod';
import { CallerError, ToolError } from '../src/errors.ts';
import { defineTool, type ToolContext } from '../src/handoff/define-tool.ts';
import { fitPassages } from '../src/knowledge/search/fit-passages.ts';
import {
  type KnowledgeSearch,
  type Passage,
  searchKnowledge,
} from '../src/knowledge/search/search-knowledge.ts';

/** What a model reads of all passages together, in characters. */
const budget = 12_000;

const parameters = z.object({
  query: z
    .string()
    .trim()
    .min(1)
    .max(1_000)
    .describe('What the passages should be about: a question, or the words that they would use.'),
  limit: z.coerce.number().int().min(1).max(20).default(8).describe('How many passages at most.'),
  tags: z
    .array(z.string().min(1).max(200))
    .max(20)
    .optional()
    .describe('Only documents that have one of these tags.'),
  language: z
    .string()
    .regex(/^[a-zA-Z]{2,3}([-_]\w+)?$/, 'expected a language such as en')
    .optional()
    .describe('Only documents in this language, such as en or de.'),
});

export const searchKnowledgeTool = defineTool({
  name: 'search_knowledge',
  description:
    'Finds passages of the documents, best first. Cite a passage by its id in brackets, such as [p-0123456789]. ' +
    'It returns the nearest that there are: judge by their texts whether they tell what is asked.',
  parameters,
  changes: 'nothing',
  steady: true,
  findsPassages: true,
  async run({ query, limit, tags, language }, context) {
    const { collections, signal } = context;
    if (collections.length === 0)
      throw new ToolError(
        'There is nothing to search here: the graph names no collection under `knowledge`.',
      );
    const filter = { ...(tags && { tags }), ...(language && { language }) };
    const found = await search({ query, limit, collections, filter, signal }, context);
    const different = withoutCopies(found);
    const passages = fitPassages(different, budget);
    const note = noteOn(different, passages, filter);
    return {
      content: JSON.stringify({ passages: passages.map(toShow), ...(note && { note }) }),
      artifact: { query, passages: passages.map(toData) },
    };
  },
});

async function search(request: KnowledgeSearch, { database, embedder }: ToolContext): Promise<Passage[]> {
  try {
    return await searchKnowledge(database.db, embedder, request);
  } catch (error) {
    if (error instanceof CallerError) throw new ToolError(error.message);
    throw error;
  }
}

/** Of passages that have the same id, or are the same in two documents, the best: a citation leads to one document. */
function withoutCopies(found: Passage[]): Passage[] {
  const first = new Map<string, Passage>();
  return found.filter((passage) => {
    const text = passage.text.replace(/\s+/g, ' ').trim();
    const same = first.get(text);
    const isCopy = first.has(passage.id) || (same !== undefined && same.documentId !== passage.documentId);
    if (!isCopy) for (const name of [passage.id, text]) first.set(name, passage);
    return !isCopy;
  });
}

/** The model judges by what a passage says, not by scores that mean nothing across searches. */
function toShow({ id, title, headings, pages, slides, sheet, text }: Passage) {
  return {
    id,
    ...(title && { title }),
    ...(headings.length > 0 && { section: headings.join(' > ') }),
    ...(pages && { page: pages.from }),
    ...(slides && { slide: slides.from }),
    ...(sheet && { sheet }),
    text,
  };
}

/** As plain JSON, which an interface is not. */
function toData({ pages, slides, parts, ...passage }: Passage) {
  return {
    ...passage,
    ...(pages && { pages: { ...pages } }),
    ...(slides && { slides: { ...slides } }),
    parts: { ...parts },
  };
}

function noteOn(found: Passage[], shown: Passage[], filter: object): string | undefined {
  if (found.length === 0) {
    const narrowed = Object.keys(filter).length > 0 ? ' with these tags and this language' : '';
    return `Nothing was found${narrowed}. Other words may find more; otherwise the documents do not tell.`;
  }
  const left = found.length - shown.length;
  return left > 0 ? `${left} more were found and left out for their length.` : undefined;
}
