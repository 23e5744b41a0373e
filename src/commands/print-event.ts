import { styleText } from 'node:util';
import { citationsOf } from '../handoff/citations/citation.ts';
import type { AiMessage } from '../message.ts';
import { printable, printableLines } from '../printable.ts';
import type { LoggedEvent } from '../turn-event.ts';

/** How much of a result or an argument is printed, in characters. */
const shown = 300;

/** Prints a turn as it happens: who speaks, what is called and returned, every handoff, the answer and what it cost. */
export function eventPrinter(output: NodeJS.WriteStream, threadId: string): (event: LoggedEvent) => void {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    output.isTTY ? styleText(style, text) : text;
  let inText = false;
  const line = (text: string) => {
    output.write(`${inText ? '\n' : ''}${text}\n`);
    inText = false;
  };
  return (event) => {
    switch (event.type) {
      case 'agent-start':
        return line(paint(['bold', 'cyan'], event.agent));
      case 'text-delta':
        output.write(`${inText ? '' : '  '}${printableLines(event.text).replaceAll('\n', '\n  ')}`);
        inText = true;
        return;
      case 'call-start':
        return line(
          `  ${paint('yellow', `→ ${printable(event.call.name)}`)} ${short(JSON.stringify(event.call.args))}`,
        );
      case 'call-end':
        return line(
          `  ${paint(event.message.status === 'error' ? 'red' : 'green', `← ${event.message.name}`)} ${short(event.message.content)} ${paint('dim', `${event.milliseconds} ms`)}`,
        );
      case 'handoff':
        return line(
          `  ${paint('magenta', `⇒ ${event.to}`)}${Object.keys(event.brief).length > 0 ? ` ${short(JSON.stringify(event.brief))}` : ''}`,
        );
      case 'handoff-refused':
        return line(`  ${paint('red', `⇏ ${printable(event.to)}`)} ${printable(event.reason)}`);
      case 'interrupted':
        return line(paint('yellow', `waits for a person: ${short(JSON.stringify(event.interrupts))}`));
      case 'turn-error':
        return line(paint('red', printableLines(event.message)));
      case 'turn-end':
        for (const source of sourcesOf(event.answer)) line(paint('dim', `  ${source}`));
        return line(
          paint(
            'dim',
            `\n${event.path.join(' → ')} · ${event.milliseconds} ms · ${event.usage.total_tokens} tokens${event.usage.estimated ? ' (estimated)' : ''} · thread ${threadId}`,
          ),
        );
    }
  };
}

/** A line for each passage that an answer cites: its number, its document and where in it. */
function sourcesOf(answer: AiMessage): string[] {
  const byMarker = new Map(citationsOf(answer).map((citation) => [citation.marker, citation]));
  return [...byMarker.values()].map(({ marker, title, key, section, pages, url }) => {
    const page =
      pages && (pages.from === pages.to ? `page ${pages.from}` : `pages ${pages.from}–${pages.to}`);
    const about = [title ?? key, section === title ? null : section, page, url].filter(
      (part) => part !== null,
    );
    return `[${marker}] ${printable(about.join(' · '))}`;
  });
}

function short(text: string): string {
  const flat = printable(text.replace(/\s+/g, ' ').trim());
  return flat.length > shown ? `${flat.slice(0, shown)}…` : flat;
}
