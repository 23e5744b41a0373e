import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Secrets that must never be written, wherever in a logged object they stand. */
const secrets = ['authorization', 'cookie', 'apiKey', 'api_key', 'password', 'token', 'secret', 'x-api-key'];
const redact = secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** JSON lines, or lines for people where `pretty` is set. Goes to standard error: standard output is for answers. */
export function openLog(level: string, pretty: boolean, destination?: DestinationStream): Logger {
  const options = { level, base: null, redact: { paths: redact, censor: '[redacted]' } };
  if (destination) return pino(options, destination);
  if (!pretty) return pino(options, pino.destination({ dest: 2, sync: false }));
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { destination: 2, ignore: 'time', colorize: true } },
  });
}
