import { expect, test } from 'vitest';
import { plain } from '../../../src/model/offline/plain.ts';

test.each([
  ['2. Lives as long as a [session](access.md#users).', 'Lives as long as a session.'],
  ['**Keys.** One is `a__b` or __old__.', 'Keys. One is `a__b` or old.'],
  [
    'Press <kbd>Ctrl</kbd> and give `key rotate <id>` a name<br/>now.',
    'Press Ctrl and give `key rotate <id>` a name now.',
  ],
  ['| `A_B` | 5 \\| 6 |  | how [many](#many) |', '`A_B` – 5 | 6 – how many'],
  ['`**` and `<b>` are signs.', '`**` and `<b>` are signs.'],
])('%s is said as %s', (text, said) => {
  expect(plain(text)).toBe(said);
});
