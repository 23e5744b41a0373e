import type { AppContext } from '../../app-context.ts';
import type { WrittenCase } from './case-schema.ts';
import type { WrittenSuite } from './suite-schema.ts';

/** What a suite's functions may look at: the folder of the project, absolute. */
export interface SuitePlace {
  projectDir: string;
}

/** What `evals/<name>.eval.ts` exports as `suite`: the keys of a YAML suite, and functions. */
export interface SuiteSource extends Omit<WrittenSuite, 'cases'> {
  /** The cases, or what finds them; it is asked only where the suite is available. */
  cases?: WrittenCase[] | ((place: SuitePlace) => WrittenCase[] | Promise<WrittenCase[]>);
  /** Why the suite cannot run here, in a sentence for people, such as data that is absent; undefined where it can. */
  unavailable?: (place: SuitePlace) => string | undefined | Promise<string | undefined>;
  /** Makes ready what the cases need, on a database of the suite's own. */
  setup?: (context: AppContext) => Promise<void>;
}

/** Declares a suite in code; it is checked as one in YAML is. */
export function defineSuite(suite: SuiteSource): SuiteSource {
  return suite;
}
