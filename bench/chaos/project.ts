import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../test/support/start-process.ts';
import { agentText, makeProject, type TempProject } from '../../test/support/temp-project.ts';

/** A project whose tools change something in each way that tools may; others are told at `effectsUrl`. */
export function makeChaosProject(effectsUrl: string): Promise<TempProject> {
  return makeProject({
    'agents/door.md': agentText('You are at the door.'),
    'agents/clerk.md': agentText('You are the clerk.', 'tools: [look, note, post, charge]'),
    'graphs/desk.yaml': graph,
    'tools/look.ts': toolText('look', 'nothing', "await wait(20); return 'seen ' + what;"),
    'tools/note.ts': toolText('note', 'database', note, prepareNote),
    'tools/post.ts': toolText('post', 'idempotent', tell(effectsUrl)),
    'tools/charge.ts': toolText('charge', 'world', tell(effectsUrl)),
  });
}

const graph = `
start: door
agents: [door, clerk]
handoffs:
  door:
    clerk: there is work
limits: { seconds: 600, calls: 100, tokens: 10000000 }
`;

/** The row and the result of the call are one transaction. */
const note = `return context.commit(async (trx) => {
    await sql\`insert into chaos.effect (what, run_id, call_key) values (\${what}, \${context.runId}, \${context.callKey})\`.execute(trx);
    await wait(20);
    return 'noted ' + what;
  });`;

/** Replicas start at once, and \`if not exists\` alone does not stand that. */
const prepareNote = `async prepare({ database }) {
    await database.db.transaction().execute(async (trx) => {
      await sql\`select pg_advisory_xact_lock(4711)\`.execute(trx);
      await sql\`create schema if not exists chaos\`.execute(trx);
      await sql\`create table if not exists chaos.effect (id bigint generated always as identity primary key, what text not null, run_id uuid not null, call_key text not null, at timestamptz not null default now())\`.execute(trx);
      await sql\`grant usage on schema chaos to baton_tenant\`.execute(trx);
      await sql\`grant select, insert on chaos.effect to baton_tenant\`.execute(trx);
    });
  },`;

const tell = (url: string) => `
    const response = await fetch('${url}', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ what, key: context.callKey, runId: context.runId }),
      signal: context.signal,
    });
    if (!response.ok) throw new Error('the world answered ' + response.status);
    return await response.text();`;

function toolText(name: string, changes: string, body: string, prepare = ''): string {
  const url = (file: string) => pathToFileURL(path.join(root, file)).href;
  return `
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from '${import.meta.resolve('kysely')}';
import { z } from '${import.meta.resolve('zod')}';
import { defineTool } from '${url('src/handoff/define-tool.ts')}';
export const tool = defineTool({
  name: '${name}',
  description: 'Works.',
  changes: '${changes}',
  parameters: z.object({ what: z.string() }),
  async run({ what }, context) { ${body} },
  ${prepare}
});
`;
}
