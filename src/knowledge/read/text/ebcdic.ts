/**
 * EBCDIC, international Latin 1 (IBM code page 500), which no library here knows. Text of it has blanks at 0x40 and letters above 0x80,
 * so that it looks binary to everybody else.
 */
export function decodeEbcdic(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192).map((byte) => table[byte] ?? 0x20));
  }
  return text;
}

/** Whether bytes are words of EBCDIC: almost nothing but its letters, digits, marks and blanks, and blanks enough. */
export function looksLikeEbcdic(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 8192);
  let known = 0;
  let blanks = 0;
  for (const byte of sample) {
    if (byte === 0x40) blanks += 1;
    if (common.has(byte)) known += 1;
  }
  return sample.length >= 32 && known / sample.length > 0.95 && blanks / sample.length > 0.08;
}

/** What stands at 0x40 to 0xff, as Unicode's mapping of code page 500 has it. */
const graphic =
  ' \u00a0âäàáãåçñ[.<(+!&éêëèíîïìß]$*);^' +
  '-/ÂÄÀÁÃÅÇÑ¦,%_>?øÉÊËÈÍÎÏÌ`:#@\'="' +
  'Øabcdefghi«»ðýþ±°jklmnopqrªºæ¸Æ¤' +
  'µ~stuvwxyz¡¿ÐÝÞ®¢£¥·©§¶¼½¾¬|¯¨´×' +
  '{ABCDEFGHI\u00adôöòóõ}JKLMNOPQR¹ûüùúÿ' +
  '\\÷STUVWXYZ²ÔÖÒÓÕ0123456789³ÛÜÙÚ\u009f';

const table = new Uint8Array(256).map((_, byte) => (byte < 0x40 ? 0x20 : graphic.charCodeAt(byte - 0x40)));
table[0x05] = 0x09;
table[0x0d] = 0x0d;
for (const lineEnd of [0x15, 0x25]) table[lineEnd] = 0x0a;

const common = new Set([
  0x05,
  0x0d,
  0x15,
  0x25,
  ...[...table.keys()].filter(
    (byte) => byte >= 0x40 && /[ A-Za-z0-9.,;:?!'"()/&+*=<>$%#@_-]/.test(char(byte)),
  ),
]);

function char(byte: number): string {
  return String.fromCharCode(table[byte] ?? 0);
}
