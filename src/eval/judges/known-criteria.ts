/** What is often judged, and what a judge needs to see for it. */
export interface KnownCriteria {
  /** What each judge is asked. */
  criteria: string;
  /** A case that names it has to bring a reference. */
  needsReference: boolean;
  /** The judges are shown what the turn's calls brought: `evidence` of an `ExpectedJudgement`. */
  evidence: boolean;
}

/** By the name that a suite may write in the place of criteria of its own. */
export const knownCriteria = {
  correctness: {
    criteria:
      'Correctness: the answer says the same as the reference. Every fact, number, name, date and condition of the reference that the question asks ' +
      'for is in the answer and has the same value. Other words, another order and another form of a number are no fault. Something that the ' +
      'reference does not say is a fault only where it contradicts the reference. Score the share of what was asked for that is there and right; ' +
      'an answer that contradicts the reference in its main point scores 0.',
    needsReference: true,
    evidence: false,
  },
  helpfulness: {
    criteria:
      'Helpfulness: who asked can do with the answer what they asked for. It addresses this question and not a neighbouring one, leaves out nothing ' +
      'that they need to go on, and says plainly what it cannot tell and where to turn. Padding, repetition and advice that nobody asked for lower ' +
      'the score. Whether the facts are true is not judged here.',
    needsReference: false,
    evidence: false,
  },
  tone: {
    criteria:
      'Tone: the answer is polite, calm and respectful, speaks to the user in the language and at the level in which they wrote, and takes a ' +
      'complaint or a worry seriously. It neither flatters nor lectures, blames nobody, and makes no jokes where something went wrong for the user. ' +
      'Only how it is said is judged, not whether it is true or complete.',
    needsReference: false,
    evidence: false,
  },
  groundedness: {
    criteria:
      'Groundedness: everything that the answer states follows from the evidence. Each fact, number, name and date has to stand there or follow from ' +
      'what stands there by counting or arithmetic; knowledge from elsewhere does not count, even where it is true. What the answer asks, offers or ' +
      'says that it does not know needs no evidence. Score the share of its statements that the evidence bears out; an answer that states nothing scores 1.',
    needsReference: false,
    evidence: true,
  },
} as const satisfies Record<string, KnownCriteria>;
