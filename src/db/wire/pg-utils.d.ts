/** How pg writes values that go with a statement; the package has no types for it. */
declare module 'pg/lib/utils.js' {
  const utils: { prepareValue(value: unknown): string | Buffer | null };
  // biome-ignore lint/style/noDefaultExport: the package has it so
  export default utils;
}
