/** A name as SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL, where `standard_conforming_strings` is on, as it is by default. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
