/** What an answer may hold that would break a page, a comment or a terminal which is careless with it. */
export const hostile = [
  '<img src=x onerror="document.title=\'owned\'">',
  '</script><script>document.title="owned"</script>',
  '<!--<script>',
  '</pre></td></table><a href="javascript:alert(1)" onclick=alert(1)>x</a>',
  '"><svg onload=alert(1)>',
  '@octocat #1 https://evil.example/x ![x](https://evil.example/x.png)',
  '``` ~~~ ````` </details> | a | b |',
  ']]> <![CDATA[ &amp; &lt;',
  '\u202eesrever\u202c \u200f \u0000 \u001b[2J \ud800 \uffff',
  '{{7*7}} `id`',
].join('\n');
