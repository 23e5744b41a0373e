import { compareChannelVersions } from '@langchain/langgraph-checkpoint';
import { expect, test } from 'vitest';
import { makeVersioning } from '../../src/checkpoint/next-version.ts';

test('versions grow in the order of strings and in that of LangGraph', async () => {
  const nextVersion = makeVersioning();
  const versions = [nextVersion(undefined)];
  for (let i = 0; i < 1200; i++) {
    versions.push(nextVersion(versions.at(-1)));
    if (i % 7 === 0) await Promise.resolve();
  }
  for (const [i, version] of versions.slice(1).entries()) {
    const before = versions[i] ?? '';
    expect(version > before).toBe(true);
    expect(compareChannelVersions(version, before)).toBe(1);
  }
});

test('channels that one step changes have one version', () => {
  const nextVersion = makeVersioning();
  expect(nextVersion('00000004.aa')).toBe(nextVersion('00000004.bb'));
});

test('two branches, and two savers, never make the same version', async () => {
  const nextVersion = makeVersioning();
  const branch = async () => nextVersion('00000004.aa');
  const versions = [await branch(), await branch(), makeVersioning()('00000004.aa')];
  expect(new Set(versions).size).toBe(3);
});

test('a version counts on from the numbers of another saver', () => {
  expect(makeVersioning()(41)).toMatch(/^00000042\./);
});
