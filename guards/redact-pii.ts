import { defineGuard } from '../src/handoff/define-guard.ts';

/** Digits in groups, with the signs people put between them; dates and plain numbers have fewer digits. */
const phone = /(?<![\w.])(\+\d{1,3}[ .-]?)?(\(\d{2,4}\)[ .-]?)?\d{2,4}([ .-]\d{2,4}){2,4}(?![\w.])/g;
const date = /^\d{4}-\d{2}-\d{2}|^\d{1,2}[.-]\d{1,2}[.-]\d{2,4}$/;
const iban = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g;

/** What is used of LangChain. The compiler cannot take its types in one program with those of the OpenAPI library. */
type Detectors = Record<
  'detectCreditCard' | 'detectEmail' | 'detectIP',
  (text: string) => { start: number; end: number }[]
>;
const library: string = 'langchain';

interface Found {
  kind: string;
  start: number;
  end: number;
}

export const redactPii = defineGuard({
  name: 'redact_pii',
  description:
    'Takes e-mail addresses, payment cards, bank accounts, phone numbers and IP addresses out of every text.',
  places: ['input', 'brief', 'result', 'answer'],
  async check(text) {
    const found = withoutOverlaps(await find(text));
    if (found.length === 0) return undefined;
    const kinds = [...new Set(found.map(({ kind }) => kind))].join(', ');
    return { replace: redact(text, found), why: `it holds personal data: ${kinds}` };
  },
});

/** LangChain's detectors, and our own for what they do not know. Imported when first needed: it is large. */
async function find(text: string): Promise<Found[]> {
  const { detectCreditCard, detectEmail, detectIP }: Detectors = await import(library);
  return [
    ...detectEmail(text).map((match) => ({ ...match, kind: 'email' })),
    ...detectCreditCard(text).map((match) => ({ ...match, kind: 'card' })),
    ...detectIP(text).map((match) => ({ ...match, kind: 'ip' })),
    ...matches(text, iban, 'iban').filter(({ start, end }) => isIban(text.slice(start, end))),
    ...matches(text, phone, 'phone').filter(({ start, end }) => isPhone(text.slice(start, end))),
  ];
}

function matches(text: string, pattern: RegExp, kind: string): Found[] {
  return [...text.matchAll(pattern)].map(({ index, 0: match }) => ({
    kind,
    start: index,
    end: index + match.length,
  }));
}

function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  return digits >= 8 && digits <= 15 && !date.test(text);
}

/** The check digits of ISO 13616: moved to the end, with letters as numbers, the account is 1 modulo 97. */
function isIban(text: string): boolean {
  const compact = text.replaceAll(' ', '');
  const turned = compact.slice(4) + compact.slice(0, 4);
  const digits = turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return BigInt(digits) % 97n === 1n;
}

/** The earliest first; of two that overlap, the longer. */
function withoutOverlaps(found: Found[]): Found[] {
  const sorted = found.toSorted((a, b) => a.start - b.start || b.end - a.end);
  return sorted.filter(({ start }, at) => sorted.slice(0, at).every((before) => before.end <= start));
}

function redact(text: string, found: Found[]): string {
  let end = 0;
  const parts = found.map((match) => {
    const before = text.slice(end, match.start);
    end = match.end;
    return `${before}[${match.kind}]`;
  });
  return parts.join('') + text.slice(end);
}
