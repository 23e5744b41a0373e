import { type DestinationStream, type Logger, pino } from 'pino';
import { redact } from './redact.ts';

export type { Logger };

/** Secrets that must never be written, wherever in a logged object they stand. */
const secrets = [
  'authorization',
  'Authorization',
  'proxy-authorization',
  'cookie',
  'Cookie',
  'set-cookie',
  'apiKey',
  'api_key',
  'password',
  'token',
  'access_token',
  'refresh_token',
  'secret',
  'client_secret',
  'sealed',
  'x-api-key',
];
const paths = secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/**
 * JSON lines, or lines for people where `pretty` is set. Goes to standard error: standard output is for answers. What looks like a
 * credential is taken out of each line, messages and stacks included.
 */
export function openLog(level: string, pretty: boolean, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    redact: { paths, censor: '[redacted]' },
    hooks: { streamWrite: redact },
  };
  if (destination) return pino(options, destination);
  if (!pretty) return pino(options, standardError());
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { destination: 2, ignore: 'time', colorize: true } },
  });
}

/**
 * The same log, for lines whose names are all written in our code, none of them a secret's: looking for secrets by name is most of what a line
 * costs. What looks like a credential is taken out of these too.
 */
export function plainLines(log: Logger): Logger {
  const known = plain.get(log) ?? log.child({}, { redact: [] });
  plain.set(log, known);
  return known;
}

const plain = new WeakMap<Logger, Logger>();

/** Lines that come within so many milliseconds are written together. What is left is written as the process exits. */
const gatherMs = 50;

function standardError(): DestinationStream & { flushSync(): void } {
  const out = pino.destination({ dest: 2, sync: false, minLength: 4_096 });
  let waits = false;
  return {
    write(line) {
      out.write(line);
      if (waits) return;
      waits = true;
      setTimeout(() => {
        waits = false;
        out.flush();
      }, gatherMs).unref();
    },
    flushSync: () => out.flushSync(),
  };
}
