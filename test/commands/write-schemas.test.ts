import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fileSchemas } from '../../src/commands/write-schemas.ts';

test.each(Object.entries(fileSchemas()))(
  'schemas/%s is what the code checks (write it with `npm run baton -- schemas`)',
  async (file, text) => {
    expect(await readFile(path.resolve(import.meta.dirname, '../../schemas', file), 'utf8')).toBe(text);
  },
);
