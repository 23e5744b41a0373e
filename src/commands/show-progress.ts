/** Shows long work on a terminal as a bar that is drawn over itself, elsewhere as one line when it is done. */
export function showProgress(
  output: NodeJS.WritableStream & { isTTY?: boolean },
): (what: string, done: number, total: number) => void {
  return (what, done, total) => {
    const share = total > 0 ? done / total : 1;
    if (output.isTTY) {
      const filled = Math.round(share * 24);
      output.write(
        `\r\u001b[K${'█'.repeat(filled)}${'░'.repeat(24 - filled)} ${Math.round(share * 100)} % ${what}`,
      );
    }
    if (share >= 1) output.write(output.isTTY ? '\r\u001b[K' : `${what}: ${done} of ${total}\n`);
  };
}
