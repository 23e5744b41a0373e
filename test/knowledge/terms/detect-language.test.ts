import { expect, test } from 'vitest';
import { detectLanguage } from '../../../src/knowledge/terms/detect-language.ts';

test.each([
  ['en', 'You can change your password in the settings of your account.'],
  ['es', 'Puede cambiar su contraseña en la configuración de su cuenta.'],
  ['fr', 'Vous pouvez modifier votre mot de passe dans les paramètres de votre compte.'],
  ['de', 'Sie können Ihr Passwort in den Einstellungen Ihres Kontos ändern.'],
  ['it', 'È possibile modificare la password nelle impostazioni del proprio account.'],
  ['pt', 'Você pode alterar sua senha nas configurações da sua conta.'],
  ['nl', 'U kunt uw wachtwoord wijzigen in de instellingen van uw account.'],
  ['sv', 'Du kan ändra ditt lösenord i inställningarna för ditt konto.'],
  ['ru', 'Вы можете изменить пароль в настройках своей учётной записи.'],
  ['uk', 'Ви можете змінити пароль у налаштуваннях свого облікового запису.'],
  ['el', 'Μπορείτε να αλλάξετε τον κωδικό σας στις ρυθμίσεις του λογαριασμού.'],
  ['ar', 'يمكنك تغيير كلمة المرور في إعدادات حسابك في أي وقت.'],
  ['zh', 'Login.gov 是公众与政府互动的一个账户和密码。你可以在 Settings 中更改密码。'],
  ['ja', 'アカウントの設定でパスワードを変更することができます。'],
  ['ko', '계정 설정에서 비밀번호를 변경할 수 있습니다.'],
  ['th', 'คุณสามารถเปลี่ยนรหัสผ่านได้ในการตั้งค่าบัญชีของคุณ'],
])('%s is detected', async (language, text) => {
  expect(await detectLanguage(text)).toBe(language);
});

test.each([
  '',
  '42',
  'npm install',
  'Baton',
  '🍕🍕🍕',
  '\0\ud800',
  '1 2 3 4 5 6 7 8',
  '12,5;13,5\n14,1;15,0',
])('of %j nobody can say', async (text) => {
  expect(await detectLanguage(text)).toBe('und');
});

test('what is told holds, by its base', async () => {
  const english = 'You can change your password in the settings of your account.';
  expect(await detectLanguage(english, 'pt-BR')).toBe('pt');
  expect(await detectLanguage(english, 'zh_Hant')).toBe('zh');
  expect(await detectLanguage(english, 'NB')).toBe('no');
});

test('what is told and is no language is not heeded', async () => {
  const english = 'You can change your password in the settings of your account.';
  expect(await detectLanguage(english, 'English')).toBe('en');
  expect(await detectLanguage(english, '')).toBe('en');
  expect(await detectLanguage(english, null)).toBe('en');
});

test('a long text takes no longer than its beginning', async () => {
  expect(await detectLanguage('Die Straße ist lang und das Haus ist alt. '.repeat(100_000))).toBe('de');
});
