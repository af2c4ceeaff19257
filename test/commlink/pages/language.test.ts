// Which language a visitor gets: the choice, then the browser's wishes, then English; never a text that is none of ours.
import t from 'tap';
import { chooseLanguage } from '#commlink/pages/texts/language.ts';

const rows: [cookie: string | undefined, acceptLanguage: string | undefined, language: string][] = [
  [undefined, undefined, 'en'],
  [undefined, 'de', 'de'],
  [undefined, 'de-AT,de;q=0.9,en;q=0.5', 'de'],
  [undefined, 'fr-FR, en;q=0.3, de;q=0.7', 'de'],
  [undefined, 'fr, it', 'en'],
  [undefined, 'de;q=0, en', 'en'],
  [undefined, 'DE', 'de'],
  [undefined, '*', 'en'],
  [undefined, '__proto__, constructor', 'en'],
  ['en', 'de', 'en'],
  ['de', 'en', 'de'],
  ['xx', 'de', 'de'],
  ['toString', undefined, 'en'],
  [undefined, `${'fr,'.repeat(5000)}de`, 'en'],
];

for (const [cookie, acceptLanguage, language] of rows) {
  t.test(`cookie ${cookie}, header ${acceptLanguage?.slice(0, 40)}`, async (t) => {
    t.equal(chooseLanguage({ cookie, acceptLanguage }), language);
  });
}
