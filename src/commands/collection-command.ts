import type { Command } from 'commander';
import { recordAction } from '../audit/record.ts';
import { deleteCollection, listCollections } from '../knowledge/collections/collections.ts';
import { printable } from '../printable.ts';
import { localTenant } from '../tenancy.ts';
import { count } from './ingest/show-ingest.ts';
import { withKnowledge } from './with-knowledge.ts';

/** `baton collection list` and `delete`. */
export function addCollectionCommands(program: Command): void {
  const collection = program.command('collection').description('documents that are searched together');
  collection
    .command('list')
    .description('print collections, and what is in them')
    .option('--tenant <id>', 'whose', localTenant)
    .action(({ tenant }: { tenant: string }) =>
      withKnowledge(tenant, async ({ db }) => {
        const all = await listCollections(db);
        if (all.length === 0)
          process.stdout.write('There is none. baton ingest FOLDER --collection NAME makes one.\n');
        for (const { name, documents, chunks, embedding } of all) {
          const by = embedding ? `, ${embedding.model}` : '';
          const building = embedding?.building ? `, to be ${embedding.building.model}` : '';
          const counts = `${count(documents, 'document')}, ${count(chunks, 'chunk')}`;
          process.stdout.write(`${name}  ${counts}${printable(by)}${printable(building)}\n`);
        }
      }),
    );
  collection
    .command('delete')
    .description('delete a collection, with all that is in it')
    .argument('<name>')
    .option('--tenant <id>', 'whose', localTenant)
    .action((name: string, { tenant }: { tenant: string }) =>
      withKnowledge(tenant, async ({ db }) => {
        await deleteCollection(db, name);
        await recordAction(db, { action: 'collection-delete', target: { type: 'collection', id: name } });
        process.stdout.write(`The collection ${name} is gone.\n`);
      }),
    );
}
