import { rssMbOf } from './process-figures.ts';

/** Looks at a process's memory twenty times a second, until it is stopped; then tells the most it had, in MiB. */
export function watchMemory(pid: number): { stop(): number } {
  let most = rssMbOf(pid);
  const look = () => {
    most = Math.max(most, rssMbOf(pid));
  };
  const timer = setInterval(look, 50);
  return {
    stop() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}
