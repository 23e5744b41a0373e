import { expect, test } from 'vitest';
import { toolText } from '../../src/model/tool-text.ts';

test('a provider is told a tool’s name, what it is for and what it takes, and not where it leads', () => {
  const parameters = { type: 'object', properties: { question: { type: 'string' } } };
  const tool = { name: 'transfer_to_sql', description: 'Say "please".', parameters };
  const told = toolText({ ...tool, transfer: { to: 'sql', asks: ['How many?'] } });
  expect(JSON.parse(told)).toEqual(tool);
});

test('tools that are alike but for their names have texts of their own, again and again', () => {
  const tools = ['a', 'b'].map((name) => ({ name, description: 'd', parameters: { type: 'object' } }));
  const names = () => tools.map((tool) => JSON.parse(toolText(tool)).name);
  expect(names()).toEqual(['a', 'b']);
  expect(names()).toEqual(['a', 'b']);
});
