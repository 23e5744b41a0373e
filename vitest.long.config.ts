import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** The tests that take minutes: `npm run test:long`. */
export default defineConfig({
  test: { ...config.test, include: ['test/**/*.long.test.ts'], exclude: ['**/node_modules/**'] },
});
