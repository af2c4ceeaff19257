// The template tag: what is escaped, and that nothing can switch it off.
import t from 'tap';
import { html } from '#commlink/pages/html.ts';

t.test('escapes every value, also after an exclamation mark', async (t) => {
  const hostile = `"><script>alert('1')</script>&`;
  const escaped = '&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#38;';
  t.equal(html`<p title="${hostile}">${hostile}</p>`.text, `<p title="${escaped}">${escaped}</p>`);
  t.equal(html`<p>Welcome!${hostile}</p>`.text, `<p>Welcome!${escaped}</p>`);
  t.equal(html`${[hostile, 'plain', hostile]}`.text, `${escaped}plain${escaped}`);
});

t.test('takes HTML of its own as it is, and nothing for null and false', async (t) => {
  const items = ['a<', 'b'].map((item) => html`<i>${item}</i>`);
  t.equal(html`<b>${items}</b>`.text, '<b><i>a&#60;</i><i>b</i></b>');
  t.equal(html`[${null}${false}${0}]`.text, '[0]');
});
