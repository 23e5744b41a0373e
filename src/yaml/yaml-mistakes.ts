import { type Document, isScalar, visit, type YAMLError } from 'yaml';

export interface YamlMistake {
  /** Where it stands in the text, in characters. */
  offset: number;
  message: string;
}

/** As many references to anchors as a file may have that a person wrote. */
const mostAliases = 100;

/**
 * What keeps a text from being YAML, or makes it say something else than was meant, in words that say what to
 * write. Of mistakes that draw others after them, only the first.
 */
export function findYamlMistakes(document: Document, text: string): YamlMistake[] {
  const twice = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  const first = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  const found = [...twice, ...(first ? [first] : [])].map((error) => explain(document, text, error));
  if (found.length > 0) return found;
  const tags = document.warnings.map(({ pos }) => ({ offset: pos[0], message: quoted('!') }));
  return [...tags, ...findAliases(document)];
}

/** A text that begins with a star is read as a reference to an anchor. */
function findAliases(document: Document): YamlMistake[] {
  const aliases: YamlMistake[] = [];
  let count = 0;
  visit(document, {
    Alias(_, node) {
      count += 1;
      const offset = node.range?.[0] ?? 0;
      if (count === mostAliases)
        aliases.push({ offset, message: `More than ${mostAliases} references (*name).` });
      else if (!node.resolve(document)) aliases.push({ offset, message: quoted('*') });
    },
  });
  return aliases;
}

const quoted = (mark: string) => `A text cannot begin with ${mark} in YAML: put it in quotes.`;

function explain(document: Document, text: string, error: YAMLError): YamlMistake {
  const [offset] = error.pos;
  const known = explanations.find(({ when }) => when.test(`${error.code} ${error.message}`));
  const message = known?.say(text.slice(offset), text.slice(0, offset));
  return {
    offset: error.message.includes('closing') ? openingQuote(document, offset) : offset,
    message: message ?? `This is not YAML: ${error.message.replace(/\.$/, '')}.`,
  };
}

interface Explanation {
  /** Matches the parser's code and message. */
  when: RegExp;
  /** `rest` is the text from the place of the mistake on, `before` the text up to it. */
  say(rest: string, before: string): string | undefined;
}

const explanations: Explanation[] = [
  { when: /TAB_AS_INDENT/, say: () => 'A tab stands where YAML wants blanks: indent with blanks.' },
  { when: /DUPLICATE_KEY/, say: (rest) => `"${/^[^\s:]+/.exec(rest)?.[0]}" stands here twice.` },
  {
    when: /MULTIPLE_DOCS/,
    say: () => 'A line of dashes begins a second document: a file holds one.',
  },
  {
    when: /BLOCK_AS_IMPLICIT_KEY/,
    say: (rest) =>
      /^[^\n]*:[^\S\n]/.test(rest)
        ? 'A colon and a blank begin a value inside this one: put the text in quotes.'
        : 'The line below is indented as if it belonged to this value: align it with its neighbours.',
  },
  {
    when: /MULTILINE_IMPLICIT_KEY|followed by map values/,
    say: (rest) =>
      /^-\S/.test(rest)
        ? 'Write a blank behind the dash of a list.'
        : 'This line has no colon: write "name: value", or indent a text that goes on.',
  },
  { when: /same column/, say: () => 'This line is not aligned with its neighbours.' },
  { when: /BAD_INDENT.*end with a ]/, say: () => 'A list that begins with [ has no ] before here.' },
  { when: /BAD_INDENT.*end with a }/, say: () => 'A map that begins with { has no } before here.' },
  {
    when: /node end/,
    say: (_, before) => {
      const line = before.split('\n').at(-1) ?? '';
      const begins = [...line.matchAll(/(?:^|[:-]\s+)([{["'*&!])/g)].at(-1)?.[1];
      if (begins !== '"' && begins !== "'") return begins && quoted(begins);
      const inside = begins === '"' ? '\\"' : "''";
      return `The text goes on behind its closing ${begins}: put all of it in quotes, and write ${inside} for one inside.`;
    },
  },
  {
    when: /Not a YAML token/,
    say: () => 'A text that begins with | or > begins on the next line: put this one in quotes.',
  },
  { when: /BAD_SCALAR_START/, say: (rest) => quoted(rest[0] ?? '') },
  { when: /Missing closing/, say: () => 'A quotation mark opens here and does not close.' },
  {
    when: /Missing , or :/,
    say: () => 'A comma is missing, or a text with commas or braces is not in quotes.',
  },
];

/** The parser says where a text in quotes should have ended; whoever mends it looks for where it began. */
function openingQuote(document: Document, end: number): number {
  let opening = end;
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && node.type?.startsWith('QUOTE') && (node.range?.[1] ?? 0) >= end - 1)
        opening = node.range?.[0] ?? end;
    },
  });
  return opening;
}
