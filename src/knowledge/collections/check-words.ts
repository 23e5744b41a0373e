import { checkText, refused } from '../../store/check-name.ts';

/** A text that may be kept and shown. Throws a `CallerError` for U+0000, and for more characters than it may have. */
export function checkWords(text: string, where: string, most: number): string {
  const checked = checkText(text, where);
  if (checked.length > most) throw refused(where, `has more than ${most} characters`);
  return checked;
}
