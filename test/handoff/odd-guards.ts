import type { Guard, GuardPlace } from '../../src/handoff/define-guard.ts';

/** What users, tools and models say now and then, and a guard takes out. */
export const secret = '4711';
export const hiding = 'hides';

const places: GuardPlace[] = ['input', 'brief', 'result', 'answer'];

/** Guards that do all that guards do. */
export const oddGuards: Guard[] = [
  {
    name: hiding,
    description: 'Takes the secret out.',
    places,
    check: (text) =>
      text.includes(secret)
        ? { replace: text.replaceAll(secret, '····'), why: 'it holds a secret' }
        : undefined,
  },
  {
    name: 'empties',
    description: 'Leaves nothing of a text with thanks.',
    places,
    check: async (text) => (text.includes('Thanks') ? { replace: '', why: 'it only thanks' } : undefined),
  },
  {
    name: 'blocks',
    description: 'Holds back what breaks out.',
    places,
    check: (text) => (/narration|half/.test(text) ? { block: 'it breaks out' } : undefined),
  },
  {
    name: 'breaks',
    description: 'Cannot read a bomb.',
    places: ['result', 'answer'],
    check(text) {
      if (text.includes('💥')) throw new Error('cannot read this');
      return undefined;
    },
  },
];

export const guardNames = oddGuards.map(({ name }) => name);
