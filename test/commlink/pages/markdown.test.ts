// What becomes of the Markdown that a vendor's people write: text, lists, links; never markup, scripts or pictures.
import t from 'tap';
import { renderMarkdown } from '#commlink/pages/markdown.ts';

t.test('what a vendor writes in good faith', async (t) => {
  const { text } = renderMarkdown('## New\n\n- **fast**\n- see https://docs.example/a\n\n#### Deep\n');
  t.match(text, '<h3>New</h3>', 'the highest heading is where the page has room for it');
  t.match(text, '<h4>Deep</h4>', 'no level is left out');
  t.match(text, '<li><strong>fast</strong></li>');
  t.match(text, '<a href="https://docs.example/a" rel="nofollow noopener noreferrer">');
  t.match(renderMarkdown('# Terms', 2).text, '<h2>Terms</h2>');
});

t.test('what nobody should be able to write', async (t) => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[a](javascript:alert(1))',
    '[a](  JaVaScRiPt:alert(1))',
    '[a](data:text/html;base64,AAAA)',
    '[a](vbscript:x)',
    '[a](//evil.example)',
    '![a](https://evil.example/pixel.png)',
    '<javascript:alert(1)>',
    '[a](https://good.example "\\" onmouseover=\\"alert(1)")',
    '&lt;script&gt;',
    '```html\n<script>alert(1)</script>\n```',
    '| a |\n|---|\n| <b onclick=x>y</b> |',
  ];
  for (const written of hostile) {
    const { text } = renderMarkdown(written);
    t.notMatch(text, /<(?:script|img|b\b|iframe)/i, written);
    t.notMatch(text, /href="(?!https:\/\/|http:\/\/|mailto:|\/[^/]|#)/i, written);
    t.notMatch(text, /<[^>]*\son\w+="/i, written);
  }
});
