import type { Suite } from '../suite.ts';
import { bringDocuments } from './bring-documents.ts';
import type { RunHearing } from './run-hearing.ts';
import { asEval } from './run-suite.ts';
import type { Subject } from './subject.ts';

/** Brings the documents of all suites to their collections, and has each suite make ready what it needs. */
export async function prepareSuites(
  { context, projectDir }: Subject,
  suites: readonly Suite[],
  { signal, hear }: { signal: AbortSignal; hear?: RunHearing },
): Promise<void> {
  const paths = pathsByCollection(suites);
  let brought = 0;
  await asEval(async () => {
    for (const [collection, some] of paths) {
      await bringDocuments(context, projectDir, collection, [...some], signal);
      brought += 1;
      hear?.prepare?.('collections', brought, paths.size);
    }
    for (const suite of suites) await suite.setup?.(context);
  });
}

function pathsByCollection(suites: readonly Suite[]): Map<string, Set<string>> {
  const paths = new Map<string, Set<string>>();
  for (const { collections } of suites)
    for (const [collection, some] of Object.entries(collections))
      paths.set(collection, new Set([...(paths.get(collection) ?? []), ...some]));
  return paths;
}
