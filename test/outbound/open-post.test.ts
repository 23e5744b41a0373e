import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openPost, type PostedRequest, type PostGuard } from '../../src/outbound/open-post.ts';
import { hostileAddresses } from './hostile-addresses.ts';

const maxBytes = 1_000_000;
const here: PostGuard = { allow: ['127.0.0.1'], maxBytes };

async function listen(answer: RequestListener) {
  let sockets = 0;
  const server = createServer(answer);
  server.on('connection', (socket) => {
    sockets += 1;
    socket.on('close', () => {
      closed += 1;
      for (const tell of listeners) tell();
    });
  });
  let closed = 0;
  const listeners = new Set<() => void>();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  /** Resolves once so many connections are closed. */
  const untilClosed = (count: number) =>
    new Promise<void>((resolve) => {
      const look = () => closed >= count && resolve();
      listeners.add(look);
      look();
    });
  return { url: `http://127.0.0.1:${port}/v1/x`, opened: () => sockets, untilClosed };
}

function asked(part: Partial<PostedRequest> = {}): PostedRequest & { heard: string[] } {
  const heard: string[] = [];
  return {
    headers: { 'content-type': 'text/plain' },
    body: 'Hello',
    signal: new AbortController().signal,
    onHead: (status) => void heard.push(String(status)),
    onPiece: (bytes) => {
      heard.push(String(bytes));
      return false;
    },
    ...part,
    heard,
  };
}

test.each([
  ['without a guard', undefined],
  ['with one', here],
])('an answer comes piece by piece, and its connection is used again, %s', async (_, guard) => {
  const { url, opened } = await listen((request, response) => {
    request.on('data', (body) => response.write(`${request.method} ${request.url} ${body}`));
    request.on('end', () => setImmediate(() => response.end('!')));
  });
  const post = openPost(guard);
  for (let at = 0; at < 6; at += 1) {
    const one = asked();
    await post(url, one);
    expect(one.heard).toEqual(['200', 'POST /v1/x Hello', '!']);
  }
  expect(opened()).toBeLessThan(3); // one is made ready while the other is in use
});

test('an abort in the midst of an answer closes the connection, and rejects with the reason', async () => {
  const { url, untilClosed } = await listen((request, response) => {
    request.resume();
    response.write('first');
  });
  const leaving = new AbortController();
  const reason = new Error('gone');
  const one = asked({
    signal: leaving.signal,
    onPiece: () => {
      leaving.abort(reason);
      return false;
    },
  });
  await expect(openPost()(url, one)).rejects.toBe(reason);
  await untilClosed(1);
});

test('an abort before anything came closes the connection, and after one nothing is asked', async () => {
  const reason = new Error('gone');
  const leaving = new AbortController();
  let requests = 0;
  const { url, untilClosed } = await listen(() => {
    requests += 1;
    leaving.abort(reason);
  });
  await expect(openPost()(url, asked({ signal: leaving.signal }))).rejects.toBe(reason);
  await untilClosed(1);
  await expect(openPost()(url, asked({ signal: leaving.signal }))).rejects.toBe(reason);
  expect(requests).toBe(1);
});

test('an abort while the connection is made rejects at once, and nothing is sent', async () => {
  let requests = 0;
  const { url } = await listen(() => {
    requests += 1;
  });
  const leaving = new AbortController();
  let connect: () => void = () => undefined;
  const resolving = new Promise<void>((resolve) => {
    connect = resolve;
  });
  const resolve = async () => {
    await resolving;
    return [{ address: '127.0.0.1', family: 4 }];
  };
  const post = openPost({ ...here, resolve });
  const one = post(url.replace('127.0.0.1', 'models.test'), asked({ signal: leaving.signal }));
  leaving.abort(new Error('gone'));
  await expect(one).rejects.toThrow('gone');
  connect();
  const next = openPost();
  const answered = next(url, asked({ signal: AbortSignal.timeout(200) })).catch(() => undefined);
  await answered;
  expect(requests).toBe(1);
});

test('what a listener throws breaks the answer off', async () => {
  const { url, untilClosed } = await listen((request, response) => {
    request.resume();
    response.write('first');
  });
  const thrown = new SyntaxError('not this');
  const onPiece = () => {
    throw thrown;
  };
  await expect(openPost()(url, asked({ onPiece }))).rejects.toBe(thrown);
  await untilClosed(1);
});

test('the last piece that matters is the end, and a connection that does not come to its own is closed', async () => {
  const { url, untilClosed } = await listen((request, response) => {
    request.resume();
    response.write('all');
    response.write('x'.repeat(100_000));
  });
  await openPost()(url, asked({ onPiece: () => true }));
  await untilClosed(1);
});

test('a connection that cannot be made, or breaks, is an error with a cause', async () => {
  const { url } = await listen((request, response) => {
    request.resume();
    response.write('half');
    setImmediate(() => response.destroy());
  });
  await expect(openPost()(url, asked())).rejects.toMatchObject({
    name: 'TypeError',
    cause: { code: 'UND_ERR_SOCKET' },
  });
  const refused = openPost()('http://127.0.0.1:1/', asked());
  await expect(refused).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ECONNREFUSED' } });
});

test.each(hostileAddresses)('%s is refused where a guard stands', async (address) => {
  await expect(openPost({ allow: [], maxBytes })(address, asked())).rejects.toThrow(
    expect.objectContaining({ name: 'RefusedAddressError' }),
  );
});

test('a name that leads inside is refused before anybody is asked', async () => {
  const { url, opened } = await listen((_, response) => response.end());
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const post = openPost({ allow: [], maxBytes, resolve });
  await expect(post(url.replace('127.0.0.1', 'models.test'), asked())).rejects.toMatchObject({
    cause: { name: 'RefusedAddressError' },
  });
  expect(opened()).toBe(0);
});

test('an answer that is longer than a guard allows breaks off', async () => {
  const { url } = await listen((request, response) => {
    request.resume();
    response.end('x'.repeat(2_000));
  });
  await expect(openPost({ ...here, maxBytes: 1_000 })(url, asked())).rejects.toThrow('too long');
});

test('a thousand answers stream at once, each over a connection of its own', async () => {
  const ends: (() => void)[] = [];
  const { url, opened } = await listen((request, response) => {
    request.resume();
    response.write('begun');
    ends.push(() => response.end('done'));
  });
  const post = openPost();
  const streams: Promise<string>[] = [];
  while (streams.length < 1_000) {
    const begun = Array.from({ length: 50 }, () => {
      let begin: () => void = () => undefined;
      const first = new Promise<void>((resolve) => {
        begin = resolve;
      });
      const one = asked({ onHead: () => begin() });
      streams.push(post(url, one).then(() => one.heard.join(' ')));
      return first;
    });
    await Promise.all(begun);
  }
  expect(opened()).toBe(1_000);
  for (const end of ends) end();
  expect(new Set(await Promise.all(streams))).toEqual(new Set(['begun done']));
}, 60_000);
