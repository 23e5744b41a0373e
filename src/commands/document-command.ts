import { type Command, Option } from 'commander';
import { recordAction } from '../audit/record.ts';
import { CallerError } from '../errors.ts';
import { deleteDocument, retryDocument } from '../knowledge/ingest/change-document.ts';
import type { DocumentView } from '../knowledge/ingest/document-view.ts';
import { findDocument, listDocuments } from '../knowledge/ingest/read-documents.ts';
import { printable } from '../printable.ts';
import { localTenant } from '../tenancy.ts';
import { untilReady } from './ingest/until-ready.ts';
import { type KnowledgeContext, withKnowledge } from './with-knowledge.ts';

interface Whose {
  collection: string;
  tenant: string;
}

/** `baton document list`, `delete` and `retry`. */
export function addDocumentCommands(program: Command): void {
  const document = program.command('document').description('documents of a collection');
  addList(document);
  addDelete(document);
  addRetry(document);
}

function addList(document: Command): void {
  withWhose(document.command('list').description('print documents, and how they are'))
    .addOption(
      new Option('--status <status>').choices(['waiting', 'reading', 'embedding', 'ready', 'failed']),
    )
    .option('--tag <tag>', 'only with this tag')
    .action(({ tenant, collection, ...filter }: Whose & Pick<DocumentView, 'status'> & { tag?: string }) =>
      withKnowledge(tenant, async ({ db }) => {
        for (let after: string | null | undefined; after !== null; ) {
          const page = await listDocuments(db, collection, { ...filter, after, limit: 1_000 });
          for (const one of page.documents) process.stdout.write(lineOf(one));
          after = page.next;
        }
      }),
    );
}

function addDelete(document: Command): void {
  withWhose(
    document.command('delete').description('delete a document').argument('<key>', 'as list prints it'),
  ).action((key: string, { tenant, collection }: Whose) =>
    withKnowledge(tenant, async ({ db }) => {
      const { id } = await find(db, collection, key);
      await deleteDocument(db, id);
      await recordAction(db, { action: 'document-delete', target: { type: 'document', id } });
      process.stdout.write('The document is gone.\n');
    }),
  );
}

function addRetry(document: Command): void {
  withWhose(
    document
      .command('retry')
      .description('try a document again that failed')
      .argument('<key>', 'as list prints it'),
  ).action((key: string, { tenant, collection }: Whose) =>
    withKnowledge(tenant, async (context, signal) => {
      const { db, queue } = context;
      const { id } = await find(db, collection, key);
      const waiting = await retryDocument({ db, queue }, id);
      await recordAction(db, { action: 'document-retry', target: { type: 'document', id } });
      process.stdout.write(lineOf(await untilReady(context, waiting, signal)));
    }),
  );
}

function withWhose(command: Command): Command {
  return command.requiredOption('--collection <name>', 'which').option('--tenant <id>', 'whose', localTenant);
}

async function find(db: KnowledgeContext['db'], collection: string, key: string): Promise<DocumentView> {
  const found = await findDocument(db, collection, key);
  if (!found) throw new CallerError('not-found', `There is no document ${printable(key)} in ${collection}.`);
  return found;
}

function lineOf({ key, title, status, publish, chunks, language, error }: DocumentView): string {
  const more = [
    ...(chunks === null ? [] : [`${chunks} chunks`]),
    ...(language === null ? [] : [language]),
    ...(publish === 'published' ? [] : [publish]),
    ...(title === null ? [] : [title]),
    ...(error ? [error.message] : []),
  ];
  return `${status.padEnd(9)}  ${printable(key)}  ${printable(more.join(', '))}\n`;
}
