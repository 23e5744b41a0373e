import { fuzz } from './support/fuzz.ts';

fuzz({ runs: 1_000, seed: Date.now() % 2 ** 31, everyHeavy: 1 });
