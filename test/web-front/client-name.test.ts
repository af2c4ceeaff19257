// What browsers are called in a list of sessions.
import t from 'tap';
import { nameClient } from '#web-front/pages/people/client-name.ts';

t.test('browsers and systems are known by what they say of themselves', async (t) => {
  const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';
  const apple = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15';
  const cases: [said: string | null, name: string | null][] = [
    [`${chrome} Chrome/140.0.0.0 Safari/537.36`, 'Chrome, Windows'],
    [`${chrome} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, 'Edge, Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
    [`${apple} (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1`, 'Safari, iOS'],
    ['Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome, Android'],
    ['curl/8.14.1', 'curl'],
    ['<script>alert(1)</script>', null],
    ['', null],
    [null, null],
  ];
  for (const [said, name] of cases) t.equal(nameClient(said), name, String(said));
});
