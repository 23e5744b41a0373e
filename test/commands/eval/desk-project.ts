import { Writable } from 'node:stream';
import { bless } from '../../../src/commands/eval/bless.ts';
import type { EvalFlags } from '../../../src/commands/eval/eval-flags.ts';
import { type RunEvals, runEvals } from '../../../src/commands/eval/run-evals.ts';
import { toConfig } from '../../../src/config.ts';
import type { EvalReport } from '../../../src/eval/comparison.ts';
import { openLog } from '../../../src/log.ts';

/** A desk that hands questions on by what its prompt says, and has no tools. */
export const desk = {
  'agents/triage.md': `---
model: fast
---
You hand every question on.

Questions that ask how many there are, or for a count, go to counting.

Questions about the story or the mood of a film go to stories.
`,
  'agents/counting.md': `---
model: fast
examples:
  - ask: How much does a rental cost?
    answer: A rental costs four dollars.
---
You count.
`,
  'agents/stories.md': `---
model: fast
examples:
  - ask: Which film has a sad end?
    answer: Many films have a sad end.
---
You tell of stories.
`,
  'graphs/desk.yaml': `start: triage
agents: [triage, counting, stories]
handoffs:
  triage:
    counting: the question asks for a figure
    stories: the question is about what happens in a film
limits: { handoffs: 2, calls: 4, seconds: 30, tokens: 10000, onLimit: triage }
`,
  'evals/desk.yaml': `description: Who takes what.
graph: desk
cases:
  - { id: count-films, ask: "How many films are there, a count please?", expect: { path: [triage, counting] } }
  - { id: count-actors, ask: "I ask for a count of how many actors there are", expect: { path: [triage, counting] } }
  - { id: mood, ask: "What is the mood of the story of this film?", expect: { path: [triage, stories] } }
`,
};

/** The commands in this process, on a project's folder. */
export function evalsIn(dir: string, settings: Record<string, string> = {}) {
  const config = toConfig(settings, { cwd: dir, terminal: false });
  const log = openLog('silent', false);

  function around(flags: Partial<EvalFlags>, signal = new AbortController().signal) {
    const [output, progress] = [sink(), sink()];
    const usual = {
      graph: [],
      agent: [],
      case: [],
      tag: [],
      model: [],
      profile: 'offline',
      keep: false,
      concurrency: 2,
    };
    return { config, log, signal, output, progress, flags: { ...usual, ...flags } } satisfies RunEvals;
  }

  return {
    config,
    around,
    async run(
      names: string[] = [],
      flags: Partial<EvalFlags> = {},
    ): Promise<EvalReport & { told: string; progress: string }> {
      const options = around(flags);
      const report = await runEvals(names, options);
      return { ...report, told: options.output.text(), progress: options.progress.text() };
    },
    async bless(names: string[] = [], run = 'last'): Promise<string> {
      const options = around({});
      await bless(names, run, options);
      return options.output.text();
    },
  };
}

export function sink(): Writable & { text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => text });
}
