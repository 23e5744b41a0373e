import type { Standing } from './toll.ts';

/**
 * Where limits stand, as headers: `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-11, and for the limit that
 * will be reached first the widely used `X-RateLimit-*`, whose reset is in seconds from now. Under `/v1`, OpenAI's names as well.
 */
export function limitHeaders(standings: Standing[], path: string): Record<string, string> {
  const [first] = standings.toSorted((a, b) => shareLeft(a) - shareLeft(b));
  if (!first) return {};
  const [limit, remaining, reset] = [String(first.rule.quota), String(left(first)), seconds(first.waitMs)];
  return {
    'RateLimit-Policy': standings
      .map(({ rule }) => `"${rule.name}";q=${rule.quota};w=${seconds(rule.windowMs ?? 0)}`)
      .join(', '),
    RateLimit: standings
      .map((standing) => `"${standing.rule.name}";r=${left(standing)};t=${seconds(standing.waitMs)}`)
      .join(', '),
    'X-RateLimit-Limit': limit,
    'X-RateLimit-Remaining': remaining,
    'X-RateLimit-Reset': reset,
    ...(/^\/v1(\/|$)/.test(path) && {
      'X-RateLimit-Limit-Requests': limit,
      'X-RateLimit-Remaining-Requests': remaining,
      'X-RateLimit-Reset-Requests': `${reset}s`,
    }),
  };
}

function left({ rule, used, fits }: Standing): number {
  return fits ? Math.max(0, rule.quota - used) : 0;
}

function shareLeft(standing: Standing): number {
  return standing.fits ? left(standing) / standing.rule.quota : -1;
}

function seconds(milliseconds: number): string {
  return String(Math.max(0, Math.ceil(milliseconds / 1_000)));
}
