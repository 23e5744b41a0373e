/** What somebody does to a prompt, and which cases it has to show in. */
export interface PromptEdit {
  what: string;
  edit: (prompt: string) => string;
}

/** Changes a text that has to be there, so that no edit silently does nothing. */
function change(what: string, ...changes: [from: string | RegExp, to: string][]): PromptEdit {
  return {
    what,
    edit(prompt) {
      let edited = prompt;
      for (const [from, to] of changes) {
        const before = edited;
        edited = edited.replace(from, to);
        if (edited === before) throw new Error(`${what}: there is no ${from} in the prompt.`);
      }
      return edited;
    },
  };
}

const countingRule = /Questions that ask how many([\s\S]*?) go to sql\./;

/** Edits of `agents/triage.md` that send counting elsewhere. */
export const breakingTriage: PromptEdit[] = [
  change('another name', ['stores go to sql.', 'stores go to search.']),
  change('another name, and a ban', ['stores go to sql.', 'stores go to search, never to sql.']),
  change('another name instead', ['stores go to sql.', 'stores go to search rather than sql.']),
  change('a ban', ['stores go to sql.', 'stores never go to sql.']),
  change('a ban in front', [countingRule, 'Do not send questions that ask how many$1 to sql.']),
  change('the sentence deleted', [new RegExp(`${countingRule.source}\\n\\n`), '']),
  change(
    'names swapped',
    ['stores go to sql.', 'stores go to search.'],
    ['recommendation go to search.', 'recommendation go to sql.'],
  ),
  change(
    'how many moved to the other sentence',
    ['Questions that ask how many, how much,', 'Questions that ask how much,'],
    [
      'and wishes for a recommendation go to search',
      'wishes for a recommendation, and questions that ask how many go to search',
    ],
  ),
  change('everything to one', [countingRule, 'All questions go to search.']),
  change('the other way round', [
    countingRule,
    'Hand over to search when somebody asks how many$1; sql is for nothing.',
  ]),
  change('a name that nobody has', ['stores go to sql.', 'stores go to the database.']),
];

/** Edits of `agents/triage.md` that change its words and not what it says. */
export const harmlessTriage: PromptEdit[] = [
  change('anything for questions', ['Questions that ask how many', 'Anything that asks how many']),
  change('those for questions', ['Questions that ask how many', 'Those that ask how many']),
  { what: 'long lines', edit: (prompt) => prompt.replace(/([^\n])\n(?=[^\n])/g, '$1 ') },
  {
    what: 'short lines',
    edit: (prompt) =>
      prompt
        .split('\n\n')
        .map((part) => part.replaceAll(/\s+/g, ' ').replaceAll(/(.{1,40})( |$)/g, '$1\n'))
        .join('\n'),
  },
  change('another word for the desk', ['desk of a film rental shop', 'counter of a shop that rents films']),
  change('another order of words', [
    'Pass the question on as the user meant it.',
    'The question is passed on as it was meant.',
  ]),
  change('belong for go', ['stores go to sql', 'stores belong to sql']),
  change('are for', ['stores go to sql', 'stores are for sql']),
  change('a name in code', ['stores go to sql.', 'stores go to `sql`.']),
  change('requests for wishes', ['wishes for a recommendation', 'requests for a recommendation']),
  change('the list in another order', [
    /films, actors,\s+customers, rentals, payments or stores/,
    'stores, payments, rentals, customers, actors or films',
  ]),
  change('an order to the agent', [countingRule, 'Send questions that ask how many$1 to sql.']),
  change('the name in front', [countingRule, 'sql takes questions that ask how many$1.']),
  change('the rules in another order', [
    /(Questions about what a film[\s\S]*?search\.)\n\n(Questions that ask[\s\S]*?sql\.)/,
    '$2\n\n$1',
  ]),
  change(
    'a list',
    ['Questions about what a film', '- Questions about what a film'],
    ['Questions that ask how many', '- Questions that ask how many'],
  ),
  change('a slip of the pen', ['write it out so that', 'wriet it out so that']),
  change('a sentence more', [
    'Hand over without a word to the user.',
    'Hand over without a word to the user. Be quick about it.',
  ]),
];

const accountRule = /stores? go to account|account go to account:/;

/** Edits of `agents/support-triage.md` that send questions about the account elsewhere. */
export const breakingSupport: PromptEdit[] = [
  change('another name', [accountRule, 'account go to escalation:']),
  change('another name, and a ban', [
    "Questions about figures and rows of the asker's own account go to account:",
    "Never to account, but to support-knowledge go questions about figures and rows of the asker's own account:",
  ]),
  change('the sentence deleted', [/Questions about figures and rows[\s\S]*?there are\.\n\n/, '']),
  change('everything to one', [
    /Questions about figures and rows[\s\S]*?there are\.\n\n/,
    'All other questions go to support-knowledge, never to account.\n\n',
  ]),
];

/** Edits of `agents/support-triage.md` that change its words and not what it says. */
export const harmlessSupport: PromptEdit[] = [
  { what: 'long lines', edit: (prompt) => prompt.replace(/([^\n])\n(?=[^\n])/g, '$1 ') },
  change('another word', ['Wishes for a person', 'Requests for a person']),
  change('messages for questions', ['Questions about how Baton works', 'Messages about how Baton works']),
  change('a shorter order', ['Do not try to talk anybody out of it.', 'Talk nobody out of it.']),
  change('a name in code', ['own account go to account:', 'own account go to `account`:']),
];
