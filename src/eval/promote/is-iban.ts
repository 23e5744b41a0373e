/** Whether a text, spaces, hyphens and underscores left out, is a bank account by its check digits: turned around it is 1 modulo 97 (ISO 13616). */
export function isIban(text: string): boolean {
  const compact = text.replace(/[ _-]/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
  return remainder(compact) === 1n;
}

/** The check digits that make an account of a country and what follows them. */
export function ibanCheckDigits(country: string, rest: string): string {
  return String(98n - remainder(`${country}00${rest}`)).padStart(2, '0');
}

function remainder(compact: string): bigint {
  const turned = compact.slice(4) + compact.slice(0, 4);
  return BigInt(turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))) % 97n;
}
