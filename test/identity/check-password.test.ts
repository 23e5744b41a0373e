import { expect, test } from 'vitest';
import { checkPassword } from '../../src/identity/check-password.ts';

const about = ['ada.lovelace@analytical.example', 'Ada Lovelace', 'acme'];

test.each([
  'vermilion otter parliament',
  'correct horse battery staple',
  'kV9#tr2!pQz8mWx4',
  'ich mag keine montage im regen',
  'パスワードではない長い文章です',
  'aaaaaazqxjkvbpygmw',
])('%s will do', (password) => {
  expect(() => checkPassword(password, about)).not.toThrow();
});

test.each([
  'password1234',
  'Password2024!',
  'P@ssw0rdP@ssw0rd',
  'qwertyuiop123',
  '123456789012',
  'abcdefghijklm',
  'aaaaaaaaaaaaaaaa',
  'abcabcabcabcabc',
  'Summer2025!!!!',
  'iloveyou1234',
  'welcome-welcome',
  'lovelace2026!',
  'AnalyticalAda1',
  'acme-acme-acme',
])('%s is easy to guess', (password) => {
  expect(() => checkPassword(password, about)).toThrow(
    expect.objectContaining({
      issues: [{ path: 'password', message: expect.stringContaining('easy to guess') }],
    }),
  );
});

test.each(['', 'short', 'elevenchars', 'x1'.repeat(129)])('%s has not 12 to 256 characters', (password) => {
  expect(() => checkPassword(password)).toThrow(
    expect.objectContaining({ issues: [{ path: 'password', message: 'expected 12 to 256 characters' }] }),
  );
});

test('what is refused is not repeated', () => {
  let told = '';
  try {
    checkPassword('Password2024!');
  } catch (error) {
    told = JSON.stringify(error, ['message', 'issues', 'path']);
  }
  expect(told).toContain('cannot be used');
  expect(told).not.toContain('Password2024');
});

test('the longest password is looked at in no time that anybody notices', () => {
  const before = process.cpuUsage();
  for (const text of ['a', 'ab', 'password', 'qwertz1', 'ﷺ'])
    try {
      checkPassword(text.repeat(256).slice(0, 256), about);
    } catch {
      // whether it will do is not the question
    }
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000); // a look that tries all ways takes minutes
});
