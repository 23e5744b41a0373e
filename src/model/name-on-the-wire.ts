/** What OpenAI takes as the name of who speaks. */
export const nameOnTheWire = /^[^\s<|\\/>]{1,64}$/;
