import { parse } from 'yaml';
import { inOneLine } from '../clean-text.ts';
import type { Metadata } from '../document.ts';

interface FrontMatter {
  facts: { title?: string; language?: string; metadata: Metadata };
  /** What comes after it. */
  body: string;
}

/** Reads the YAML between lines of dashes at the beginning of a text; what is no YAML there belongs to the text. */
export function takeFrontMatter(text: string): FrontMatter {
  const found = /^\ufeff?---[ \t]*\r?\n([\s\S]{0,20000}?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  const fields = found && readFields(found[1] ?? '');
  if (!fields) return { facts: { metadata: {} }, body: text };
  const { title, language, lang, ...metadata } = fields;
  const told = language ?? lang;
  return {
    facts: {
      ...(title === undefined ? {} : { title: String(title) }),
      ...(told === undefined ? {} : { language: String(told) }),
      metadata,
    },
    body: text.slice(found[0].length),
  };
}

function readFields(yaml: string): Metadata | undefined {
  try {
    const fields: unknown = parse(yaml, { maxAliasCount: 10, logLevel: 'silent' });
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
    return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => plain(name, value)));
  } catch {
    return undefined;
  }
}

/** Values that can be shown and filtered by; others are left out. */
function plain(name: string, value: unknown): [string, Metadata[string]][] {
  if (['__proto__', 'constructor', 'prototype'].includes(name)) return [];
  if (typeof value === 'string') return [[name, inOneLine(value).slice(0, 1000)]];
  if (typeof value === 'number' || typeof value === 'boolean') return [[name, value]];
  if (value instanceof Date) return [[name, value.toISOString()]];
  if (!Array.isArray(value)) return [];
  return [
    [
      name,
      value
        .filter((entry) => typeof entry === 'string')
        .map(inOneLine)
        .slice(0, 100),
    ],
  ];
}
