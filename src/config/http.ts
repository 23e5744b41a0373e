import { z } from 'zod';
import { parted, text, whole } from './kinds.ts';

export interface HttpConfig {
  host: string;
  port: number;
  /** Streams and sockets that this process holds open at once; more are refused. */
  maxStreams: number;
  /** Where clients find the service: an origin such as `https://baton.example.com`; absent: where it listens. */
  publicUrl?: string;
  /** Origins whose pages browsers may let ask, and send cookies along. */
  corsOrigins: string[];
  /** Whom requests come from is believed of these proxies alone, and read in this header alone. */
  trustedProxies: { hops: number } | { ranges: readonly string[] };
  proxyHeader: 'x-forwarded-for' | 'forwarded';
}

/** As browsers write one: a scheme, a host and a port that is not the scheme's own, and nothing after it. */
const origin = z
  .url({ protocol: /^https?$/, error: 'expected an origin such as https://baton.example.com' })
  .transform((url) => url.replace(/\/$/, ''))
  .refine(
    (url) => new URL(url).origin === url && !url.includes('*'),
    'expected an origin such as https://baton.example.com',
  );

const hopCount = z
  .string()
  .trim()
  .regex(/^\d$/)
  .transform((digit) => ({ hops: Number(digit) }));

const ranges = parted(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).transform((list) => ({
  ranges: list,
}));

export const httpVariables = z.object({
  BATON_MAX_STREAMS: whole(1, 100_000).default(2_000),
  BATON_TRUSTED_PROXIES: z
    .union([hopCount, ranges], 'expected how many proxies there are, or their addresses and ranges')
    .default({ hops: 0 }),
  BATON_PROXY_HEADER: z
    .enum(['x-forwarded-for', 'forwarded'], 'expected x-forwarded-for or forwarded')
    .default('x-forwarded-for'),
  BATON_PUBLIC_URL: origin.optional(),
  BATON_CORS_ORIGINS: parted(origin).default([]),
  PORT: whole(0, 65_535).default(3000),
  HOST: text.default('127.0.0.1'),
});

export function httpOf(read: z.infer<typeof httpVariables>): HttpConfig {
  return {
    host: read.HOST,
    port: read.PORT,
    maxStreams: read.BATON_MAX_STREAMS,
    ...(read.BATON_PUBLIC_URL && { publicUrl: read.BATON_PUBLIC_URL }),
    corsOrigins: read.BATON_CORS_ORIGINS,
    trustedProxies: read.BATON_TRUSTED_PROXIES,
    proxyHeader: read.BATON_PROXY_HEADER,
  };
}
