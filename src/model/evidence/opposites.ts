import { stemWord } from '../stem-word.ts';

/** Words of which a question and the sentence that answers it do not have one of each. */
const pairs = `
  before/after first/last earliest/latest oldest/newest most/least largest/smallest biggest/smallest highest/lowest
  longest/shortest more/less more/fewer above/below over/under inside/outside north/south northern/southern east/west
  eastern/western left/right upper/lower increase/decrease rise/fall rose/fell grow/shrink gain/lose win/lose won/lost
  begin/end start/stop started/stopped open/close allow/forbid allow/prohibit permit/prohibit accept/reject
  accept/refuse include/exclude support/oppose supported/opposed agree/disagree add/remove import/export buy/sell
  enable/disable lock/unlock encrypt/decrypt public/private internal/external active/inactive male/female men/women
  always/never easy/difficult cheap/expensive strong/weak rich/poor success/failure possible/impossible minimum/maximum`;

const opposites = new Map<string, Set<string>>();
for (const pair of pairs.trim().split(/\s+/)) {
  const [one = '', other = ''] = pair.split('/').map(stemWord);
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    opposites.set(from, (opposites.get(from) ?? new Set()).add(to));
  }
}

const denying =
  /\b(not|never|no|none|nobody|nothing|neither|nor|without|cannot|except|unlike|ne|pas|jamais|sans|ningun|ninguna|nunca|sin|nicht|kein|keine|nie|ohne)\b|n['’]t\b|[不没無无未]/i;

const asker =
  /\b(i|me|my|we|us|our|you|your|yo|mi|mis|puedo|je|j['’]|mon|ma|mes|nous|ich|mein|meine|wir)\b|[我您你]/i;

/** Whether a text denies something. */
export function denies(text: string): boolean {
  return denying.test(text);
}

/** Whether a question asks for what is not so. What its asker has not, or cannot do, is a trouble and no denial. */
export function questionDenies(text: string): boolean {
  return denies(text) && !asker.test(text);
}

/** Whether some words say the opposite of others: one side has `before`, the other `after`, and neither has both. */
export function areOpposed(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((key) => {
    const against = [...(opposites.get(key) ?? [])];
    return !other.has(key) && against.some((opposite) => other.has(opposite) && !one.has(opposite));
  });
}
