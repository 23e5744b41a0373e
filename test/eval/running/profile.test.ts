import { expect, onTestFinished, test } from 'vitest';
import { toConfig } from '../../../src/config.ts';
import { ConfigError } from '../../../src/errors.ts';
import { readProfile, refuseAsking } from '../../../src/eval/running/profile.ts';
import { openLog } from '../../../src/log.ts';
import { openModels } from '../../../src/model/open-models.ts';
import { makeProject } from '../../support/temp-project.ts';

async function configOf(more: Record<string, string> = {}) {
  const project = await makeProject({
    'evals/profiles.yaml': 'small: { fast: "openai:gpt-small", careful: "openai:gpt-small" }\n',
  });
  onTestFinished(project.remove);
  const settings = {
    OPENAI_API_KEY: 'sk-test-12345678',
    BATON_MODEL_FAST: 'openai:gpt-fast',
    BATON_MODEL_CAREFUL: 'openai:gpt-careful',
    BATON_MODEL_FAST_FALLBACKS: 'openai:gpt-other',
    BATON_MODEL_CAREFUL_FALLBACKS: 'offline',
    ...more,
  };
  return toConfig(settings, { cwd: project.dir, terminal: false });
}

test.each([
  ['configured', [], { fast: 'gpt-fast', careful: 'gpt-careful' }],
  ['configured', ['careful=openai:gpt-new'], { fast: 'gpt-fast', careful: 'gpt-new' }],
  ['small', [], { fast: 'gpt-small', careful: 'gpt-small' }],
  ['offline', [], { fast: 'offline', careful: 'offline' }],
])(
  'nobody stands in for the models of %s with %j, whatever the environment and models.yaml say',
  async (name, replaced, expected) => {
    const { models } = await readProfile(await configOf(), name, replaced);
    const others = { fast: [{ provider: 'openai', model: 'gpt-in-file' }], careful: [] };
    const { chains } = openModels(models, openLog('silent', false), {
      file: { keys: [], fallbacks: others },
    });
    const asked = Object.entries(chains).map(([role, chain]) => [
      role,
      chain.map(({ model }) => model).join(),
    ]);
    expect(Object.fromEntries(asked)).toEqual(expected);
  },
);

test('strict replay is refused where vectors would be asked for, and only there', async () => {
  const config = await configOf({ BATON_MODEL_EMBED: 'openai:text-embedding-3-small' });
  const configured = await readProfile(config, 'configured');
  expect(() => refuseAsking(configured, 'replay')).toThrow(ConfigError);
  expect(() => refuseAsking(configured, 'replay')).toThrow(
    /come from openai:text-embedding-3-small, .*record with `embed: local`/,
  );
  refuseAsking(configured, 'record');
  refuseAsking(configured);
  refuseAsking(await readProfile(config, 'small'), 'replay');
});
