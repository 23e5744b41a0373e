let loading: Promise<typeof import('undici')> | undefined;

/** A hundred modules, for those who ask others: loaded when the first of them does. */
export function loadUndici(): Promise<typeof import('undici')> {
  loading ??= import('undici');
  return loading;
}
