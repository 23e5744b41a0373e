import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EvalReport } from '../comparison.ts';
import { casesSection } from './html/cases-section.ts';
import { html, trusted } from './html/html.ts';
import { lostSection, lostTitle } from './html/lost-section.ts';
import { measuresSection } from './html/measures-section.ts';
import { notesSection } from './html/notes-section.ts';
import { pageData } from './html/page-data.ts';
import { routingSection } from './html/routing-section.ts';
import { suitesSection } from './html/suites-section.ts';
import { tagsSection } from './html/tags-section.ts';
import { verdictHeader } from './html/verdict-header.ts';
import { verdictOf } from './verdict-of.ts';

/**
 * The report as one page that needs nothing else: it asks for nothing, opens from a file, and shows all but filters and the transcripts of
 * unremarkable cases without JavaScript. Its policy allows the one style and the one script that are in it, by their hashes, so that nothing
 * that an answer says can run or load.
 */
export function writeHtml(report: EvalReport): string {
  const [style, script] = [read('page.css'), read('page.js')];
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  const sections = [
    ['lost', lostSection(report)],
    ['suites', suitesSection(report)],
    ['routing', routingSection(report)],
    ['tags', tagsSection(report)],
    ['measures', measuresSection(report)],
    ['cases', casesSection(report)],
    ['notes', notesSection(report)],
  ] as const;
  const there = sections.filter(([, { markup }]) => markup !== '');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${verdictOf(report).word}: baton eval ${report.startedAt.slice(0, 10)}</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${verdictHeader(report)}
<nav aria-label="Sections"><ul>${there.map(([id]) => html`<li><a href="#${id}">${id === 'lost' ? lostTitle(report) : titles[id]}</a></li>`)}</ul></nav>
<main id="main" tabindex="-1">
${there.map(([, section]) => section)}
</main>
<footer>run <code>${report.runId}</code></footer>
<script type="application/json" id="data">${trusted(pageData(report))}</script>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.markup;
}

const titles = {
  suites: 'Suites',
  routing: 'Routing',
  tags: 'Tags',
  measures: 'What it took',
  cases: 'All cases',
  notes: 'Notes',
};

function read(file: string): string {
  return readFileSync(new URL(`html/${file}`, import.meta.url), 'utf8');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
