/** A turn was asked for on the word of the files about an assistant of which the database says something else. */
export class ChangedAssistantError extends Error {
  override name = 'ChangedAssistantError';
  readonly assistantId: string;

  constructor(assistantId: string) {
    super(`The assistant ${assistantId} is not what it was assumed to be.`);
    this.assistantId = assistantId;
  }
}
