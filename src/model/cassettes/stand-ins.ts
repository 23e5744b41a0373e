/** What stands for the ids of one request, which are others in the next run: the first is the first that appears. */
export interface StandIns {
  /** Takes up the ids that it meets. */
  take(text: string): string;
  /** Puts stand-ins for the ids that were taken up, and leaves others. */
  hide(text: string): string;
  /** Puts the ids for their stand-ins. */
  show(text: string): string;
}

const uuid = /(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])/gi;

/**
 * Stand-ins for uuids, whatever they are of: threads, documents, tickets. They have the form of a uuid themselves, and count. A reply that
 * names an id of its request names another one when it is replayed.
 */
export function openStandIns(): StandIns {
  const standIns = new Map<string, string>();
  const ids = new Map<string, string>();
  return {
    take: (text) =>
      text.replace(uuid, (id) => {
        const standIn = standIns.get(id) ?? standInOf(standIns.size + 1);
        standIns.set(id, standIn);
        ids.set(standIn, id);
        return standIn;
      }),
    hide: (text) => text.replace(uuid, (id) => standIns.get(id) ?? id),
    show: (text) => text.replace(uuid, (standIn) => ids.get(standIn) ?? standIn),
  };
}

function standInOf(count: number): string {
  return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
}
