/** What was opened and is to be closed. */
interface Open {
  close(): unknown;
}

/**
 * Opens what does not need one another at the same time. When some of it cannot be opened, the rest is closed, and it rejects with the
 * error of the first that failed, in the order in which they stand.
 */
export async function openTogether<Opened extends Open[]>(
  ...opening: { [At in keyof Opened]: Promise<Opened[At]> }
): Promise<Opened> {
  const settled = await Promise.allSettled(opening as Promise<Open>[]); // each of them is one
  const failed = settled.find((one) => one.status === 'rejected');
  if (!failed) return Promise.all(opening) as Promise<Opened>; // in their order
  const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  await Promise.allSettled(opened.map(async (one) => one.close()));
  throw failed.reason;
}
