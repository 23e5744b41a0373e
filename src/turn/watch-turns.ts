import type { Database } from '../db/open-database.ts';
import { watchValues } from '../metrics/watch-values.ts';
import type { TurnContext } from './turns.ts';

/** Adds to the metrics what is under way, what waits, and how it is with the database's connections and the bus. */
export function watchTurns({ metrics, turns, bus }: TurnContext, database: Database): void {
  const states = ['alone', 'connected', 'cut'] as const;
  watchValues(metrics.registry, [
    {
      name: 'baton_runs_running',
      help: 'Runs that this process carries out',
      read: () => turns.running.size,
    },
    {
      name: 'baton_runs_waiting',
      help: 'Runs that wait for a worker, in the whole service, counted up to BATON_MAX_WAITING',
      read: () => turns.waiting,
    },
    {
      name: 'baton_runs_oldest_waiting_seconds',
      help: 'How long the oldest of them has waited',
      read: () => turns.oldestWaiting,
    },
    {
      name: 'baton_database_connections',
      help: 'Connections of the pool to the database',
      label: 'state',
      read() {
        const { total, idle } = database.counts();
        return { busy: total - idle, idle };
      },
    },
    {
      name: 'baton_database_waiting',
      help: 'Who waits for a connection',
      read: () => database.counts().waiting,
    },
    {
      name: 'baton_bus_state',
      help: 'How other processes are heard: 1 for the state that holds',
      label: 'state',
      read: () => Object.fromEntries(states.map((state) => [state, bus.state() === state ? 1 : 0])),
    },
  ]);
}
