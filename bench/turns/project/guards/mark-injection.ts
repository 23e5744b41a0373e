export { markInjection } from '../../../../guards/mark-injection.ts';
