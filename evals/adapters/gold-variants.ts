/**
 * The statements that a gold entry stands for, any of which is right: several are divided by `;`, and in each `{a, b}` means that a, b or both are
 * selected, with `{}` for the same choice further on, as in the GROUP BY.
 */
export function goldVariants(query: string): string[] {
  const statements = query.split(';').filter((text) => text.trim() !== '');
  return [...new Set(statements.flatMap((text) => chosen(text.trim())))];
}

function chosen(statement: string): string[] {
  const choice = /\{([^{}]+)\}/.exec(statement)?.[1];
  if (choice === undefined) return [statement];
  const columns = divided(choice);
  const choices = [columns.join(', '), ...columns];
  return choices.flatMap((columns_) => {
    const grouped = columns_.replaceAll(/\s+as\s+\w+/gi, '');
    return chosen(statement.replace(`{${choice}}`, columns_).replaceAll('{}', grouped));
  });
}

/** At the commas that stand in no brackets. */
function divided(choice: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const letter of choice) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0;
    if (letter === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${letter}`);
  }
  return parts.map((part) => part.trim());
}
