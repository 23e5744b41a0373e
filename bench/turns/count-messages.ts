/** What a connection to PostgreSQL carried. A round trip is one `ReadyForQuery`: the server was waited for. */
export interface Traffic {
  roundTrips: number;
  /** Transactions that ended with `COMMIT`; a statement outside of one is its own, and not among them. */
  commits: number;
  bytesSent: number;
  bytesReceived: number;
}

export function noTraffic(): Traffic {
  return { roundTrips: 0, commits: 0, bytesSent: 0, bytesReceived: 0 };
}

/**
 * Takes what the server sends over one connection, as it comes, and counts in `traffic`. Messages are told apart by PostgreSQL's
 * protocol 3.0 (a byte for the type, four for the length, which counts itself), however they are cut into chunks. Without TLS.
 */
export function countMessages(traffic: Traffic): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes of a message that is passed over and has not come yet. */
  let skip = 0;
  return (chunk) => {
    traffic.bytesReceived += chunk.length;
    const passed = Math.min(skip, chunk.length);
    skip -= passed;
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(passed)]) : chunk.subarray(passed);
    let at = 0;
    while (at + 5 <= bytes.length) {
      const type = bytes[at];
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (type === readyForQuery) traffic.roundTrips += 1;
      if (type === commandComplete) {
        if (end > bytes.length) break;
        if (bytes.toString('latin1', at + 5, end - 1) === 'COMMIT') traffic.commits += 1;
      }
      at = end;
    }
    skip += Math.max(0, at - bytes.length);
    rest = bytes.subarray(Math.min(at, bytes.length));
  };
}

const readyForQuery = 0x5a;
const commandComplete = 0x43;
