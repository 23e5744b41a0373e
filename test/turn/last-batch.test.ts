import { expect, onTestFinished, test } from 'vitest';
import type { Batch } from '../../src/turn/journal/batch.ts';
import type { Writer } from '../../src/turn/journal/journal.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { say, scriptedModel } from '../support/scripted-model.ts';
import { agentText, makeProject } from '../support/temp-project.ts';

test('what the last step of a turn says is written with the turn’s end, however often the journal asks', {
  retry: 4,
}, async () => {
  // an end that takes longer than a piece of text may wait comes by itself
  const project = await makeProject({
    'agents/clerk.md': agentText('You are the clerk.'),
    'graphs/desk.yaml': 'start: clerk\nagents: [clerk]\n',
  });
  onTestFinished(() => project.remove());
  const context = await openTestContext({ project: project.dir, chat: scriptedModel([say('Yes.')]) });
  const batches: Batch[] = [];
  const watched = new Map<Writer, Writer>();
  const { ring } = context.journal;
  context.journal.ring = (writer) => {
    const same = watched.get(writer) ?? { ...writer, take: () => noted(writer.take()) };
    watched.set(writer, same);
    ring(same, true);
  };
  function noted(batch: Batch | undefined): Batch | undefined {
    if (batch) batches.push(batch);
    return batch;
  }
  await watch(context, await ask(context, 'Open?'));
  const said = batches.map(({ events }) => events.map(({ type }) => type));
  expect(said.at(-1)).toEqual(expect.arrayContaining(['step-end', 'turn-end']));
  expect(said.slice(0, -1).flat()).not.toContain('step-end');
});
