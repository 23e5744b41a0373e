/** A key of a provider, and what may be asked of it. */
export interface ModelKey {
  /** Names it in replies, metrics and logs. */
  id: string;
  name: string;
  /** `package`: the provider's own package reads it from a variable of its own. */
  source: 'environment' | 'file' | 'package' | 'database';
  /** Whose it is; null: the service's. */
  tenant: string | null;
  provider: string;
  /** Absent: the server wants none, or the package finds it by itself. */
  secret?: string;
  /** Where OpenAI's protocol is spoken; absent: where the provider is known to speak it. */
  baseUrl?: string;
  /** Which addresses beside public ones the base URL may lead to; absent: whoever runs the service chose it, and any. */
  allow?: readonly string[];
  limits: KeyLimits;
  /** Not to be used. */
  disabled: boolean;
  /** Why its secret does not open. */
  unreadable?: string;
}

export interface KeyLimits {
  /** How much it is asked in proportion to the others. */
  weight: number;
  /** Requests at once; null: any number. */
  maxConcurrency: number | null;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  /** The models that it serves; empty: all. */
  models: readonly string[];
}

export const noKeyLimits: KeyLimits = {
  weight: 1,
  maxConcurrency: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  models: [],
};
