/** Names of one kind that become labels, at most: each costs a series in whatever reads the metrics. */
const most = 200;

/** Gives names back as they are, and once there are too many of them, new ones as `other`: models invent names. */
export function fewNames(limit = most): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= limit) return 'other';
    known.add(name);
    return name;
  };
}
