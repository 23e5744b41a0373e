/** A run was taken over: whoever still carries it out can save nothing any more, and has to stop. */
export class LostOwnerError extends Error {
  override name = 'LostOwnerError';

  constructor(threadId: string) {
    super(`The thread ${threadId} belongs to another process now.`);
  }
}
