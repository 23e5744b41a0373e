export { readPage } from '../../../../test/fixtures/answers/tools/read-page.ts';
