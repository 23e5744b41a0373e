import type { Edge } from './graph-file.ts';

/** An announcement is short; a long text that mentions a handoff has something else to say. */
const longest = 400;

/** Verbs of handing over, with who is handed over or to whom. */
const announcement =
  /\b(transfer(ring)?|hand(ing)?|pass(ing)?|connect(ing)?|redirect(ing)?|forward(ing)?|rout(e|ing)|refer(ring)?|escalat(e|ing)|put(ting)?)\b[^.!?\n]{0,40}\b(you|your|this|it|over|through|on|to)\b/i;

/** Said about now or soon, by the speaker. */
const intent =
  /\b(i|we|let me|let's)\b|\b(i['’]ll|i['’]m|we['’]ll)\b|^(transferring|handing|connecting|passing|redirecting|forwarding|routing|please (hold|wait))/i;

/**
 * The handoff that a text announces without making it: with `to` where it names an agent that could be handed over
 * to. Nothing for texts that say something else, or where nobody could be handed over to.
 */
export function announcedHandoff(text: string, open: Edge[]): { to?: string } | undefined {
  const said = text.trim();
  if (open.length === 0 || said.length > longest || said.endsWith('?')) return undefined;
  if (!announcement.test(said) || !intent.test(said)) return undefined;
  const named = open.find(({ to }) => new RegExp(`\\b${to.replace(/[^\w]+/g, '.?')}\\b`, 'i').test(said));
  return named ? { to: named.to } : {};
}
