export * from '../turn-event.ts';
