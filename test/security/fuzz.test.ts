import { fuzz } from './support/fuzz.ts';

fuzz({ runs: 12, seed: 5, everyHeavy: 8 });
