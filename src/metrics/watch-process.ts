import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from './prom-client.ts';

const nanoseconds = 1e9;

/** Adds what the process itself is like: its memory, its time, and how long its event loop keeps others waiting. The returned function stops it. */
export function watchProcess(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const registers = [registry];
  new Gauge({
    name: 'baton_event_loop_delay_seconds',
    help: 'How late timers come, since the last time that this was asked for',
    labelNames: ['quantile'],
    registers,
    collect() {
      this.set({ quantile: '0.5' }, delay.percentile(50) / nanoseconds);
      this.set({ quantile: '0.99' }, delay.percentile(99) / nanoseconds);
      this.set({ quantile: '1' }, delay.max / nanoseconds);
      delay.reset();
    },
  });
  new Gauge({
    name: 'baton_process_memory_bytes',
    help: 'Memory of the process',
    labelNames: ['kind'],
    registers,
    collect() {
      const { rss, heapUsed, external } = process.memoryUsage();
      this.set({ kind: 'resident' }, rss);
      this.set({ kind: 'heap' }, heapUsed);
      this.set({ kind: 'external' }, external);
    },
  });
  new Counter({
    name: 'baton_process_cpu_seconds_total',
    help: 'Time of processors that the process has used',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'baton_process_uptime_seconds',
    help: 'How long the process has been up',
    registers,
    collect() {
      this.set(process.uptime());
    },
  });
  return () => delay.disable();
}
