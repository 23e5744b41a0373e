import { sendNaughtyStrings } from './support/naughty.ts';

sendNaughtyStrings({ each: 1 });
