import { expect, test } from 'vitest';
import { crawl } from '../../../src/knowledge/crawl/crawl.ts';
import { openReaders } from '../../../src/knowledge/read/open-readers.ts';
import { openSite, walk } from './site.ts';

const links = (...to: string[]) => to.map((href) => `<a href="${href}">x</a>`).join('');

test('a site is walked from its start, nearest first, each page once, whatever its links are called', async () => {
  const { origin, asked } = await openSite({
    '/': links(
      '/a',
      '/b#part',
      'b?utm_source=x',
      '/a?y=2&x=1',
      '/?',
      'mailto:a@b.c',
      'javascript:x',
      '/pic.png',
      'http://other.test/',
    ),
    '/a': `a ${links('/deep', '/', '/b')}`,
    '/b': `b ${links('/a')}`,
    '/a?x=1&y=2': 'asked',
    '/deep': `deep ${links('/deeper')}`,
    '/deeper': 'deeper',
  });
  const { pages } = await walk(origin, { maxDepth: 2 });
  expect(pages.map(({ url, depth }) => [url.slice(origin.length), depth])).toEqual([
    ['/', 0],
    ['/a', 1],
    ['/b', 1],
    ['/a?x=1&y=2', 1],
    ['/deep', 2],
  ]);
  expect(asked.map(({ path }) => path)).toEqual(['/robots.txt', '/', '/a', '/b', '/a?x=1&y=2', '/deep']);
  expect(asked[0]?.agent).toMatch(/^BatonBot\//);
});

test('robots.txt is kept to, for our name before that of all', async () => {
  const { origin, asked } = await openSite({
    '/robots.txt': {
      headers: { 'content-type': 'text/plain' },
      body: 'User-agent: *\nDisallow: /\n\nUser-agent: BatonBot\nDisallow: /secret\nAllow: /secret/not\n',
    },
    '/': links('/secret', '/secret/not', '/open', '/moved'),
    '/open': 'open',
    '/secret/not': 'not so',
    '/moved': { status: 302, headers: { location: '/secret' } },
  });
  const { told } = await walk(origin);
  expect(told).toEqual([
    'taken /',
    'disallowed /secret',
    'taken /secret/not',
    'taken /open',
    'failed /moved',
  ]);
  expect(asked.map(({ path }) => path)).toEqual(['/robots.txt', '/', '/secret/not', '/open', '/moved']);
});

test.each([
  [404, ['taken /']],
  [503, ['disallowed /']],
])('a robots.txt that answers %i leads to %j', async (status, expected) => {
  const { origin } = await openSite({ '/robots.txt': { status }, '/': 'x' });
  expect((await walk(origin)).told).toEqual(expected);
});

test('a delay is kept that the site asks for, up to the most that is waited', async () => {
  const { origin, asked } = await openSite({
    '/robots.txt': 'User-agent: *\nCrawl-delay: 60\n',
    '/': links('/a', '/b'),
    '/a': 'a',
    '/b': 'b',
  });
  await walk(origin, { maxDelayMs: 150 });
  const times = asked.slice(1).map(({ at }) => at);
  expect(times).toHaveLength(3);
  for (const [at, time] of times.slice(1).entries()) expect(time - (times[at] ?? 0)).toBeGreaterThan(120);
});

test('nofollow and noindex are kept to, in links, in pages and in headers', async () => {
  const { origin } = await openSite({
    '/': `<a rel="nofollow" href="/no">x</a>${links('/hub', '/shut', '/header')}`,
    '/hub': `<meta name="robots" content="noindex">${links('/leaf')}`,
    '/shut': `<meta name="ROBOTS" content="NoFollow">${links('/never')}`,
    '/header': { headers: { 'x-robots-tag': 'none' }, body: links('/never') },
    '/leaf': 'leaf',
  });
  expect((await walk(origin)).told).toEqual([
    'taken /',
    'not-indexed /hub',
    'taken /shut',
    'not-indexed /header',
    'taken /leaf',
  ]);
});

test('a page that says where it really is, or is the same as another, is given once', async () => {
  const { origin } = await openSite({
    '/': links('/print', '/page', '/copy', '/again'),
    '/print': '<link rel="canonical" href="/page">the page',
    '/page': 'the page',
    '/copy': 'a copy',
    '/again': 'a copy',
    '/evil': '',
  });
  const { pages, told } = await walk(origin);
  expect(pages.map(({ url }) => url.slice(origin.length))).toEqual(['/', '/page', '/copy']);
  expect(told).toContain('duplicate /again');
});

test('redirects are followed within the site; a circle ends', async () => {
  const { origin } = await openSite({
    '/': { status: 301, headers: { location: '/home' } },
    '/home': `home ${links('/round', '/out')}`,
    '/round': { status: 302, headers: { location: '/round' } },
    '/out': { status: 302, headers: { location: 'http://other.test/' } },
  });
  const { pages, reports } = await walk(origin);
  expect(pages.map(({ url }) => url.slice(origin.length))).toEqual(['/home']);
  expect(reports.slice(1).map(({ reason }) => reason)).toEqual([
    'It redirects too often.',
    'It redirects to where it may not be followed.',
  ]);
});

test.each([
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]:1/',
  'http://10.0.0.7/',
  'file:///etc/passwd',
  'http://user:word@127.0.0.1/',
])('nothing leads to %s', async (address) => {
  const { origin } = await openSite({
    '/': `home ${links('/to', address)}`,
    '/to': { status: 302, headers: { location: address } },
  });
  const { pages, reports } = await walk(origin, { sameSite: false });
  expect(pages).toHaveLength(1);
  expect(reports.filter(({ outcome }) => outcome === 'taken')).toHaveLength(1);
  const start = await walk(address);
  expect(start.pages).toEqual([]);
});

test('an address of ours that nobody permits is not asked', async () => {
  const { origin, asked } = await openSite({ '/': 'x' });
  const { pages } = await walk(origin, { allow: [] });
  expect(pages).toEqual([]);
  expect(asked).toEqual([]);
});

test('what is too long, too slow, of no use or broken is left out, and the rest is given', async () => {
  const { origin } = await openSite({
    '/': links('/huge', '/slow', '/film', '/broken', '/bomb', '/fine', '/report'),
    '/huge': (_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/html' });
      const more = () => {
        while (!answer.destroyed && answer.write('x'.repeat(65_536)));
        if (!answer.destroyed) answer.once('drain', more);
      };
      more();
    },
    '/slow': (_, answer) => void answer.writeHead(200, { 'content-type': 'text/html' }).write('<p>'),
    '/film': { headers: { 'content-type': 'video/mp4' }, body: 'x' },
    '/broken': { status: 500 },
    '/bomb': '<div>'.repeat(50_000),
    '/fine': 'fine',
    '/report': { headers: { 'content-type': 'application/pdf' }, body: '%PDF-' },
  });
  const { told } = await walk(origin, { maxBytes: 300_000, timeoutMs: 500 });
  expect(told).toEqual([
    'taken /',
    'too-large /huge',
    'failed /slow',
    'unwanted-type /film',
    'failed /broken',
    'taken /bomb',
    'taken /fine',
    'taken /report',
  ]);
});

test('a site that makes up pages without end is left at the number that was asked for', async () => {
  let made = 0;
  const { origin } = await openSite(
    new Proxy(
      {},
      {
        get: (_, path) =>
          path === '/robots.txt' ? { status: 404 } : `page ${++made} ${links(`/n${made}`, `/m${made}`)}`,
      },
    ),
  );
  const { pages } = await walk(origin, { maxPages: 7, maxDepth: 100 });
  expect(pages).toHaveLength(7);
  expect(made).toBe(7);
});

test('sitemaps add the pages that they list', async () => {
  const listed: Record<string, string> = {};
  const site = await openSite(listed);
  const of = (name: string, ...urls: string[]) =>
    `<?xml version="1.0"?><${name}>${urls.map((url) => `<x><loc>${site.origin}${url}</loc></x>`).join('')}</${name}>`;
  Object.assign(listed, {
    '/robots.txt': `Sitemap: ${site.origin}/index.xml\nSitemap: http://other.test/s.xml`,
    '/index.xml': of('sitemapindex', '/index.xml', '/one.xml'),
    '/one.xml': of('urlset', '/lonely', '/'),
    '/': 'home',
    '/lonely': 'lonely',
  });
  expect((await walk(site.origin, { sitemap: true })).told).toEqual(['taken /', 'taken /lonely']);
  expect((await walk(site.origin)).told).toEqual(['taken /']);
});

test('a signal ends the walk', async () => {
  const { origin } = await openSite({ '/': links('/a'), '/a': () => undefined });
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 200);
  await expect(walk(origin, { signal: controller.signal })).rejects.toThrow('enough');
});

test('links are found in a thread of the readers', async () => {
  const { origin } = await openSite({ '/': links('/a'), '/a': 'a' });
  const readers = openReaders({ threads: 1 });
  const found: string[] = [];
  const options = { allow: ['127.0.0.1'], delayMs: 0, findLinks: readers.findLinks };
  for await (const { url } of crawl(origin, options)) found.push(url.slice(origin.length));
  await readers.close();
  expect(found).toEqual(['/', '/a']);
});
