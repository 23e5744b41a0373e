/** Whether a text has one of some answers in it, whatever its capitals. */
export function holdsAnswer(text: string, answers: string[]): boolean {
  const written = text.toLowerCase();
  return answers.some((answer) => written.includes(answer.toLowerCase()));
}
