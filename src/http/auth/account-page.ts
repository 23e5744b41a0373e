import { Hono } from 'hono';
import type { HttpEnv } from '../http-env.ts';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Baton: choose a password</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/account/page.css">
  </head>
  <body>
    <main>
      <h1>Choose a password</h1>
      <form id="form">
        <label>Password, 12 characters or more
          <input id="password" type="password" autocomplete="new-password" minlength="12" maxlength="256" required autofocus>
        </label>
        <button>Set it</button>
      </form>
      <p id="told" role="status"></p>
    </main>
    <script src="/account/page.js"></script>
  </body>
</html>
`;

const style = `body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; display: grid; place-items: center; min-height: 100vh; }
main { width: min(24rem, 90vw); }
input, button { font: inherit; display: block; width: 100%; box-sizing: border-box; padding: .5rem; margin: .5rem 0; }
`;

/** The token stands behind the #, which no server sees; it leaves the address before anything else is done. */
const script = `const token = location.hash.slice(1);
const purpose = location.pathname.endsWith('/invitation') ? 'accept-invitation' : 'reset';
history.replaceState(null, '', location.pathname);
const [form, password, told] = ['form', 'password', 'told'].map((id) => document.getElementById(id));
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ token, password: password.value });
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch('/api/v1/auth/' + purpose, { method: 'POST', headers, body, credentials: 'omit' });
    if (answer.ok) {
      form.hidden = true;
      told.textContent = 'Your password is set. You can log in with it now.';
    } else {
      const { detail, errors = [] } = await answer.json();
      told.textContent = [detail, ...errors.map(({ detail }) => detail)].join(' ');
    }
  } catch {
    told.textContent = 'The service cannot be reached. Try again.';
  }
});
`;

/** Only what this origin serves; nothing inline, nothing framed, no form that is sent by itself. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page that links in mails lead to. */
export function accountPage(): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  for (const path of ['/account/reset', '/account/invitation']) {
    app.get(path, (c) => c.html(page, 200, { 'Content-Security-Policy': policy }));
  }
  app.get('/account/page.js', (c) =>
    c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
  );
  app.get('/account/page.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  return app;
}
