import { readFileSync } from 'node:fs';
import { readVariable } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import type { KeysSection } from './keys-section.ts';
import type { ModelKey } from './model-key.ts';

/** The keys of `models.yaml`, with their secrets. Throws a `ConfigError` that names every secret which is not where the file says. */
export function fileKeys(section: KeysSection, variable: typeof readVariable = readVariable): ModelKey[] {
  const problems: string[] = [];
  const keys = section.map((entry): ModelKey => {
    const { id, provider, tenant = null, baseUrl, secret: reference, disabled, ...limits } = entry;
    const secret = reference === undefined ? undefined : readReference(reference, variable);
    if (reference !== undefined && !secret)
      problems.push(`models.yaml: the secret of the key ${id} is not at ${reference}`);
    const about = { id, name: id, source: 'file' as const, tenant, provider, limits, disabled };
    return { ...about, ...(secret && { secret }), ...(baseUrl && { baseUrl }) };
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return keys;
}

function readReference(reference: string, variable: typeof readVariable): string | undefined {
  const place = reference.slice(reference.indexOf(':') + 1);
  if (reference.startsWith('env:')) return variable(place);
  try {
    return readFileSync(place, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
