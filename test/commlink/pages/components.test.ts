// The parts of pages: every value in them is escaped, labels belong to their controls, and empty lists say so.
import t from 'tap';
import {
  renderChoice,
  renderSelect,
  renderTextArea,
  renderTextField,
} from '#commlink/pages/components/form-field.ts';
import {
  renderCopyable,
  renderFacts,
  renderNotice,
  renderPager,
  renderTabs,
} from '#commlink/pages/components/parts.ts';
import { renderPersonMenu } from '#commlink/pages/components/person.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html } from '#commlink/pages/html.ts';
import { countText, dayText, sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';

const hostile = `"><script>'&`;
const written = '&#34;&#62;&#60;script&#62;&#39;&#38;';

t.test('what people typed stays text in every part', async (t) => {
  const parts = [
    renderTextField({ name: 'a', label: hostile, value: hostile, hint: hostile, error: hostile }),
    renderTextField({ name: 'a', label: 'A', attributes: { placeholder: hostile } }),
    renderTextArea({ name: 'a', label: hostile, value: hostile }),
    renderSelect({ name: 'a', label: 'A', options: [{ value: hostile, text: hostile }], value: hostile }),
    renderChoice({ kind: 'checkbox', name: 'a', value: hostile, label: hostile, hint: hostile }),
    renderNotice('bad', hostile, hostile),
    renderFacts([[hostile, hostile]]),
    renderCopyable(hostile, hostile),
    renderTabs(hostile, [[hostile, hostile]], hostile),
    renderPager({ label: hostile, first: null, next: { href: hostile, text: hostile } }) ?? html``,
    renderPersonMenu({ name: hostile, note: hostile, content: hostile }),
    renderTable({ caption: hostile, columns: [hostile, hostile], rows: [[hostile, hostile]], empty: '' }),
  ];
  for (const { text } of parts) {
    t.notMatch(text, '<script');
    t.match(text, written);
  }
});

t.test('a field’s hint and error are read with it', async (t) => {
  const { text } = renderTextField({ name: 'a', label: 'A', hint: 'H', error: 'E', idPrefix: 'x-' });
  t.match(text, '<label for="x-a">A</label>');
  t.match(text, 'aria-describedby="x-a-hint x-a-error" aria-invalid="true"');
  t.match(text, 'id="x-a-hint">H<');
  t.match(text, 'id="x-a-error">E<');
  t.notMatch(renderTextField({ name: 'a', label: 'A' }).text, 'aria-');
});

t.test('a table without rows is a sentence, and facts without a value are left out', async (t) => {
  const table = {
    caption: 'C',
    columns: ['A', { heading: 'Remove', kind: 'action' as const }],
    empty: 'None.',
  };
  t.equal(renderTable({ ...table, rows: [] }).text, '<p class="empty">None.</p>');
  const { text } = renderTable({ ...table, rows: [['a', html`<b>b</b>`]] });
  t.match(text, /<th scope="row" role="rowheader" class="">a<\/th>/);
  t.match(text, 'data-label=""><div><b>b</b></div>');
  t.notMatch(renderFacts([['A', null]]).text, '<dt>');
  t.equal(renderPager({ label: 'P', first: null, next: null }), null);
});

t.test('sizes and times in each language', async (t) => {
  const atMs = Date.UTC(2026, 10, 5, 9, 30);
  t.equal(sizeText(1_234_567_890).text, '<span class="size" title="1,234,567,890 bytes">1.23 GB</span>');
  t.equal(sizeText(1_234_567_890, 'de').text, '<span class="size" title="1.234.567.890 Byte">1,23 GB</span>');
  t.match(timeText(atMs).text, '>5 Nov 2026, 09:30 UTC</time>');
  t.match(timeText(atMs, 'de').text, '>05.11.2026, 09:30 UTC</time>');
  t.equal(dayText(atMs).text, '<time datetime="2026-11-05">5 Nov 2026</time>');
  t.match(timeText(null).text, '–');
  t.equal(countText(12_345, 'de'), '12.345');
});
