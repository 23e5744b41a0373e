/** A body that no JSON writer would make, and how it is sent. */
export interface BrokenBody {
  what: string;
  body: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  /** It takes the service a while to read. */
  heavy?: boolean;
}

const json = { 'content-type': 'application/json' };
const bytes = (...values: number[]) => new Uint8Array(values);
const utf16 = (text: string) => Uint8Array.from([0xff, 0xfe, ...Buffer.from(text, 'utf16le')]);

/** Made from a body that the operation takes, where it takes one. */
export function brokenBodies(example: unknown): BrokenBody[] {
  const good = JSON.stringify(example ?? {});
  const inside = good.startsWith('{') ? good.slice(1, -1) : '';
  const and = inside ? `,${inside}` : '';
  const bodies: BrokenBody[] = [
    { what: 'nothing', body: '' },
    { what: 'white space', body: ' \t\r\n ' },
    { what: 'half of it', body: good.slice(0, Math.ceil(good.length / 2)) },
    { what: 'it twice', body: good + good },
    { what: 'null', body: 'null' },
    { what: 'a text', body: '"x"' },
    { what: 'a number', body: '1e999' },
    { what: 'a list', body: '[]' },
    { what: 'a list of lists', body: '[[[]]]' },
    { what: 'true', body: 'true' },
    { what: 'NaN', body: '{"a":NaN}' },
    { what: 'a trailing comma', body: `{${inside || '"a":1'},}` },
    { what: 'a comment', body: `/* */${good}` },
    { what: 'a key twice', body: `{"metadata":{"a":1},"metadata":{"a":2},"input":null${and}}` },
    { what: '__proto__', body: `{"__proto__":{"polluted":1}${and}}` },
    { what: '__proto__, escaped', body: `{"\\u005f_proto__":{"polluted":1}${and}}` },
    { what: 'constructor', body: `{"constructor":{"prototype":{"polluted":1}}${and}}` },
    { what: 'keys of every object', body: `{"toString":1,"valueOf":1,"hasOwnProperty":1,"then":1${and}}` },
    { what: 'a lone surrogate', body: `{"metadata":{"a":"\\ud800"},"a":"\\udc00"${and}}` },
    { what: 'U+0000', body: `{"a":"\\u0000"${and}}` },
    { what: 'U+0000, bare', body: `{"a":"\u0000"${and}}` },
    { what: 'a control character, bare', body: `{"a":"\u0001"${and}}` },
    { what: 'a number with 10,000 digits', body: `{"limit":${'9'.repeat(10_000)}${and}}` },
    { what: 'a number beyond all', body: `{"limit":1e999${and}}` },
    { what: 'a thousand levels', body: `{"metadata":${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}${and}}` },
    {
      what: '10,000 levels',
      heavy: true,
      body: `{"input":${'['.repeat(10_000)}${']'.repeat(10_000)}${and}}`,
    },
    { what: '100,000 open brackets', heavy: true, body: '['.repeat(100_000) },
    { what: '100,000 items', heavy: true, body: `{"messages":[${'1,'.repeat(100_000)}1]${and}}` },
    {
      what: '50,000 keys',
      heavy: true,
      body: `{${Array.from({ length: 50_000 }, (_, at) => `"k${at}":1`)}}`,
    },
    { what: 'a mark of byte order', body: `\ufeff${good}` },
    { what: 'bytes that are no UTF-8', body: bytes(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d) },
    { what: 'overlong UTF-8', body: bytes(0x22, 0xc0, 0x80, 0x22) },
    { what: 'UTF-16', body: utf16(good) },
    { what: 'more than a megabyte', heavy: true, body: JSON.stringify({ a: 'x'.repeat(1_100_000) }) },
    { what: 'bytes of gzip that say so', body: gzip, headers: { ...json, 'content-encoding': 'gzip' } },
    { what: 'bytes of gzip that do not', body: gzip },
    { what: 'no gzip that says so', body: good, headers: { ...json, 'content-encoding': 'gzip' } },
    { what: 'an unknown encoding', body: good, headers: { ...json, 'content-encoding': 'zstd, br, x' } },
    { what: 'a wrong charset', body: good, headers: { 'content-type': 'application/json; charset=utf-7' } },
    { what: 'XML', body: '<a/>', headers: { 'content-type': 'application/xml' } },
    { what: 'a form', body: 'a=1&b[]=2', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    { what: 'a broken multipart', body: '--x\r\n', headers: { 'content-type': 'multipart/form-data' } },
    { what: 'no type at all', body: bytes(...Buffer.from(good)), headers: {} },
    { what: 'a type of nonsense', body: good, headers: { 'content-type': ';;;=,' } },
    {
      what: 'a method that the header overrides',
      body: good,
      headers: { ...json, 'x-http-method-override': 'DELETE' },
    },
  ];
  return bodies.map((one) => ({ headers: json, ...one }));
}

const gzip = Uint8Array.from(Buffer.from('H4sIAAAAAAAAA6tWSlSyMqwFAOQQ7KoHAAAA', 'base64'));
