import { markInjection } from '../../guards/mark-injection.ts';
import type { GuardContext } from '../../src/handoff/define-guard.ts';

/** Whether the guard `mark_injection` warns of a text. */
export function isFlagged(text: string): boolean {
  const context = {} as GuardContext; // this guard looks at the text alone
  return markInjection.check(text, context) !== undefined;
}
