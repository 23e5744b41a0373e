import { reaches } from '../../identity/covers.ts';
import type { DocumentView } from '../../knowledge/ingest/document-view.ts';
import { noDocument } from '../../knowledge/ingest/lock-document.ts';
import { theCaller } from '../auth/the-caller.ts';

/** Whether who asks sees drafts and what is archived: whoever may write documents does. */
export function seesUnpublished(): boolean {
  return reaches(theCaller().role, 'member');
}

/** The document, where who asks may see it. Throws a `CallerError` `not-found` where not, as for what is not there. */
export function seen(document: DocumentView): DocumentView {
  if (document.publish === 'published' || seesUnpublished()) return document;
  throw noDocument(document.id);
}
