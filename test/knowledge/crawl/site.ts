import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { crawl } from '../../../src/knowledge/crawl/crawl.ts';
import type { CrawledPage, CrawlOptions, PageReport } from '../../../src/knowledge/crawl/crawl-options.ts';
import { findLinks } from '../../../src/knowledge/crawl/find-links.ts';

/** An answer: a page of HTML, or all of it. */
export type Answer =
  | string
  | { status?: number; headers?: Record<string, string>; body?: string | Buffer }
  | RequestListener;

export interface Site {
  origin: string;
  /** Paths that were asked for, with when, in milliseconds. */
  asked: { path: string; at: number; agent: string | undefined }[];
}

/** A web server on an address of ours, with what it answers by path. */
export async function openSite(pages: Record<string, Answer>): Promise<Site> {
  const asked: Site['asked'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({ path, at: performance.now(), agent: request.headers['user-agent'] });
    reply(pages[path] ?? { status: 404 }, request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }; // it listens on a port
}

function reply(answer: Answer, request: IncomingMessage, response: Parameters<RequestListener>[1]): void {
  if (typeof answer === 'function') {
    answer(request, response);
    return;
  }
  const { status = 200, headers = {}, body = '' } = typeof answer === 'string' ? { body: answer } : answer;
  response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
}

export interface Walked {
  pages: CrawledPage[];
  reports: PageReport[];
  /** `outcome path`, in order. */
  told: string[];
}

/** Walks a site whose address the operator permits, without waiting between requests. */
export async function walk(start: string, options: Partial<CrawlOptions> = {}): Promise<Walked> {
  const pages: CrawledPage[] = [];
  const reports: PageReport[] = [];
  const settings: CrawlOptions = {
    allow: ['127.0.0.1'],
    delayMs: 0,
    findLinks: async (bytes, url, given) => findLinks(Buffer.from(bytes), url, given),
    onPage: (report) => reports.push(report),
    ...options,
  };
  for await (const page of crawl(start, settings)) pages.push(page);
  return {
    pages,
    reports,
    told: reports.map(({ outcome, url }) => `${outcome} ${new URL(url).pathname}${new URL(url).search}`),
  };
}
