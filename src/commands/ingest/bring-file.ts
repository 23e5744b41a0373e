import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { FoundFile } from '../../knowledge/read/find-files.ts';
import { kindByName } from '../../knowledge/read/kind-by-name.ts';
import { takeFrontMatter } from '../../knowledge/read/text/front-matter.ts';
import type { GivenDocument } from './target.ts';

/** A file as a document. `baseUrl` is where people read what the folder holds: its path follows, without the extension. */
export async function bringFile(
  { file, key, folder }: FoundFile,
  baseUrl: string | undefined,
): Promise<GivenDocument> {
  const name = path.posix.basename(key);
  const tags = kindByName(name) === 'markdown' ? await frontMatterTags(file) : [];
  return {
    key,
    name,
    ...(folder !== undefined && { folder }),
    ...(tags.length > 0 && { tags }),
    ...(baseUrl !== undefined && { url: urlOf(key, baseUrl) }),
    open: () => createReadStream(file),
  };
}

/** Of `guides/set up.md`: `guides/set%20up` below the base. */
function urlOf(key: string, baseUrl: string): string {
  const { dir, name } = path.posix.parse(key);
  const page = [...dir.split('/').filter(Boolean), name].map(encodeURIComponent).join('/');
  let end = baseUrl.length;
  while (baseUrl[end - 1] === '/') end -= 1;
  return `${baseUrl.slice(0, end)}/${page}`;
}

/** The tags that a Markdown file names before its text. What cannot be read is told of when its document is. */
async function frontMatterTags(file: string): Promise<string[]> {
  const { tags } = takeFrontMatter(await readStart(file).catch(() => '')).facts.metadata;
  const list = typeof tags === 'string' ? tags.split(',') : Array.isArray(tags) ? tags : [];
  return list.map((tag) => tag.trim()).filter((tag) => tag !== '' && tag.length <= 100);
}

async function readStart(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(24_000), 0, 24_000, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
