import { z } from 'zod';
import type { FoundPassage } from '../../../src/handoff/citations/found-passages.ts';
import { defineTool, type Tool } from '../../../src/handoff/define-tool.ts';

/** Passages of a rental shop's handbook, for tests of what is said about them. */
export const handbook: FoundPassage[] = [
  passage(
    'p-0000000001',
    'Returns',
    ['Deadlines'],
    'A film has to be returned within seven days. After that, a late fee of $1.50 a day is charged, up to the price of the film. A return in another store of the chain is free.',
  ),
  passage(
    'p-0000000002',
    'Returns',
    ['Damage'],
    'Damaged discs are replaced by the customer at 60% of their price. Scratches that do not keep a film from playing cost nothing. The staff writes a report about the damage.',
  ),
  passage(
    'p-0000000003',
    'Membership',
    [],
    'Members of the Gold Club pay $9.99 a month and rent four films at a time. The membership began on 2024-03-05 and can be cancelled every month by e-mail to the office of Mary Smith in Lethbridge.',
  ),
  passage(
    'p-0000000004',
    'Opening hours',
    [],
    'The stores are open from 10:00 to 22:00 on weekdays and from 12:00 to 20:00 on Sundays. On public holidays they are closed.',
  ),
  passage(
    'p-0000000005',
    'Age ratings',
    ['Checks'],
    'Films rated R or NC-17 are only rented to customers who show an identity card. The card has to prove an age of 17 years or more. Employees may not make exceptions.',
  ),
  passage(
    'p-0000000006',
    'Reservations',
    [],
    'A film can be reserved for up to three days, by telephone or on the website. A reservation is not charged. When the film is not fetched, the reservation ends without notice.',
  ),
  passage(
    'p-0000000007',
    'Deposits',
    [],
    'New customers leave a deposit of 20 dollars. It is paid back after twelve rentals without a late return, or when the account is closed.',
  ),
  passage(
    'p-0000000008',
    'Online account',
    ['Password'],
    'To reset a password, open the page Account, choose Forgotten password and follow the link in the e-mail. The link is valid for 30 minutes. A password needs at least 12 characters.',
  ),
];

function passage(id: string, title: string, headings: string[], text: string): FoundPassage {
  const documentId = `00000000-0000-4000-8000-${id.slice(2).padStart(12, '0')}`;
  const key = `${title.toLowerCase().replaceAll(' ', '-')}.md`;
  return {
    id,
    documentId,
    collection: 'handbook',
    key,
    title,
    headings,
    text,
    language: 'en',
    url: `https://example.org/${key}`,
    pages: { from: 1, to: 1 },
  };
}

/** A tool that finds the passages whose numbers it is asked for. */
export const find = defineTool({
  name: 'find',
  description: 'Finds passages.',
  parameters: z.object({ passages: z.array(z.int()) }),
  findsPassages: true,
  async run({ passages }) {
    const found = passages.flatMap((number) => handbook[number - 1] ?? []);
    const shown = found.map(({ id, title, headings, text }) => ({
      id,
      title,
      section: headings.join(' > '),
      text,
    }));
    const content = JSON.stringify({ passages: shown });
    return { content, artifact: JSON.parse(JSON.stringify({ passages: found })) };
  },
}) as unknown as Tool; // a list of tools has no one type of arguments
