import { canonicalUrl } from './canonical-url.ts';

/** An address that waits to be visited. */
export interface Step {
  url: string;
  /** Links from the start. */
  depth: number;
}

/** What is still to be visited, nearest first; every address once. */
export interface Frontier {
  add(urls: string[], depth: number): void;
  /** Marks an address as one that need not be visited. */
  know(url: string): void;
  next(): Step | undefined;
}

export function openFrontier(isWanted: (url: string) => boolean): Frontier {
  const steps: Step[] = [];
  const known = new Set<string>();
  return {
    add(urls, depth) {
      for (const url of urls.map(canonicalUrl)) {
        if (
          known.has(url) ||
          known.size >= mostKnown ||
          notText.test(new URL(url).pathname) ||
          !isWanted(url)
        )
          continue;
        known.add(url);
        steps.push({ url, depth });
      }
    },
    know: (url) => known.add(canonicalUrl(url)),
    next: () => steps.shift(),
  };
}

/** A site that makes up addresses is given up at so many. */
const mostKnown = 100_000;

/** What is named like this is hardly ever text, and often large. */
const notText =
  /\.(png|jpe?g|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|webm|mov|avi|mkv|wav|ogg|flac|woff2?|ttf|otf|eot|css|js|mjs|map|zip|gz|tgz|bz2|xz|7z|rar|exe|msi|dmg|iso|apk|deb|rpm|jar|bin)$/i;
