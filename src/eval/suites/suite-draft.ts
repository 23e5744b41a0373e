import type { YamlSource } from '../../yaml/yaml-source.ts';
import type { Suite } from '../suite.ts';
import type { CheckedSuite } from './suite-schema.ts';

/** A suite that was read and checked, and that is not put together yet. */
export interface SuiteDraft {
  name: string;
  written: CheckedSuite;
  source: YamlSource;
  /** Of one in code: it may name folders anywhere. */
  free: boolean;
  setup?: NonNullable<Suite['setup']>;
}
