import { runsOf } from '../support/property-runs.ts';
import { sendNaughtyStrings } from './support/naughty.ts';

sendNaughtyStrings({ each: runsOf(60) });
