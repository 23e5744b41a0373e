import { expect, test } from 'vitest';
import {
  type AskedConfig,
  mergeRunConfig,
  mergeRunMetadata,
} from '../../../src/http/langgraph/merge-run-config.ts';

const assistant = {
  config: { tags: ['a'], recursion_limit: 30, configurable: { voice: 'calm', speed: 1 } },
  context: { shop: 'north', open: true },
};

test('a request stands above its assistant, key by key where there are keys', () => {
  const request: AskedConfig = {
    config: { tags: ['b'], recursion_limit: 50, configurable: { speed: 2 } },
    context: { shop: 'south' },
    durability: 'exit',
    interrupt_before: '*',
    interrupt_after: ['tools'],
  };
  expect(mergeRunConfig(assistant, request)).toEqual({
    tags: ['b'],
    recursionLimit: 50,
    configurable: { voice: 'calm', speed: 2 },
    context: { shop: 'south', open: true },
    durability: 'exit',
    interruptBefore: '*',
    interruptAfter: ['tools'],
  });
});

test('what a request leaves out or leaves empty is the assistant’s', () => {
  const own = {
    tags: ['a'],
    recursionLimit: 30,
    configurable: assistant.config.configurable,
    context: assistant.context,
  };
  expect(mergeRunConfig(assistant, {})).toEqual(own);
  const empty = { config: { tags: null, recursion_limit: null, configurable: null }, context: null };
  expect(mergeRunConfig(assistant, empty)).toEqual(own);
  expect(mergeRunConfig({ config: {}, context: {} }, { config: null })).toEqual({});
});

test('a run says what its assistant says of itself, but not that the files made it', () => {
  const request = { metadata: { from: 'test' } };
  expect(mergeRunMetadata({ metadata: { team: 'a', from: 'x' } }, request)).toEqual({
    team: 'a',
    from: 'test',
  });
  const own = { metadata: { created_by: 'system', graph_version: 'v', team: 'a' } };
  expect(mergeRunMetadata(own, {})).toEqual({ team: 'a' });
  expect(mergeRunMetadata({ metadata: { created_by: 'me' } }, {})).toEqual({ created_by: 'me' });
});
