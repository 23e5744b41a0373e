/** A reply that strict replay needed and that is not on the tape. */
export interface CassetteMiss {
  agent: string;
  /** Which of the agent's requests in this attempt it was, from 0. */
  ordinal: number;
  /** `new`: nothing was recorded for this case there. `divergence`: something was, for another request. */
  kind: 'new' | 'divergence';
  /** What differs, in one sentence: the prompt, the messages, the tools, the settings. */
  why: string;
}
