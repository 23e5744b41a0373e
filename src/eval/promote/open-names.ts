import type { Personal } from './find-personal.ts';
import { plainSigns } from './plain-signs.ts';

export interface Names {
  /**
   * Where the names stand in a text, in whatever case: each as a whole, and each of its words of three letters and more. Where a script puts
   * spaces between words, only whole words are found.
   */
  find(text: string): Personal[];
  /** The name that what was found is, or is a part of; the first where there are several. */
  whole(found: string): string;
}

export function openNames(told: readonly string[]): Names {
  const names = told.map(plain).filter((name) => name.length >= 2);
  const wholes = new Map<string, string>();
  for (const name of names) {
    const parts = name.split(' ').filter((part) => [...part].length >= 3);
    for (const part of [name, ...parts]) if (!wholes.has(part)) wholes.set(part, name);
  }
  const patterns = [...wholes.keys()].map(patternOf);
  return {
    find(original) {
      const { text, place } = plainSigns(original);
      return patterns.flatMap((pattern) =>
        [...text.matchAll(pattern)].map(
          ({ index, 0: found }): Personal => ({ kind: 'name', ...place(index, index + found.length) }),
        ),
      );
    },
    whole: (found) => wholes.get(plain(found)) ?? plain(found),
  };
}

function plain(name: string): string {
  return plainSigns(name.normalize('NFC')).text.trim().replace(/\s+/g, ' ').toLowerCase();
}

const spaceless =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

function patternOf(name: string): RegExp {
  const literal = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll(' ', '\\s+');
  if (spaceless.test(name)) return new RegExp(literal, 'giu');
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'giu');
}
