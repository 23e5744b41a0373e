/** What of a request says whether its body is a document. */
export interface RequestHead {
  method: string;
  path: string;
  contentType: string | undefined;
}

/**
 * Whether the body of a request is a document, or a form with some: it is read as it comes, by the limit on documents, and may
 * take its time. All other bodies are small and read whole. JSON where a document is added says what the document is.
 */
export function isUpload({ method, path, contentType }: RequestHead): boolean {
  if (method === 'PUT') return /^\/api\/v1\/documents\/[^/]+\/content$/.test(path);
  return method === 'POST' && /^\/api\/v1\/collections\/[^/]+\/documents$/.test(path) && !isJson(contentType);
}

/** Whether the body of a request is a report of evals, which has a limit of its own once it is known who asks. */
export function isReport({ method, path }: Pick<RequestHead, 'method' | 'path'>): boolean {
  return method === 'POST' && path === '/api/v1/evals';
}

export function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType ?? '');
}
