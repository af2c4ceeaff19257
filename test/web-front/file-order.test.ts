// Which files a visitor is shown first: those for the machine that the page is read on.
import t from 'tap';
import { orderFiles, visitorFamily } from '#web-front/pages/catalog/file-order.ts';

const file = (platform: string | null) => ({
  name: `tool-${platform ?? 'all'}`,
  sizeBytes: 1,
  sha256: 'a'.repeat(64),
  platform,
  mediaType: 'application/octet-stream',
  publishedAtMs: 1,
});

t.test('the machine is what the browser says that it is', async (t) => {
  const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
  const android = 'Mozilla/5.0 (Linux; Android 15)';
  t.equal(visitorFamily({ 'sec-ch-ua-platform': '"macOS"', 'user-agent': windows }), 'macos', 'a hint first');
  t.equal(visitorFamily({ 'sec-ch-ua-platform': '"Unknown"', 'user-agent': windows }), 'windows');
  t.equal(visitorFamily({ 'user-agent': android }), 'android', 'not Linux');
  t.equal(visitorFamily({ 'user-agent': 'curl/8.0' }), null);
  t.equal(visitorFamily({}), null);
});

t.test('the own platform, then the product’s order, then names; files for all stay in', async (t) => {
  const files = ['windows-x64', 'linux-x64', null, 'macos-arm64', 'linux-arm64'].map(file);
  const platforms = (visitor: 'linux' | null, platformOrder: readonly string[]) =>
    orderFiles(files, { visitor, platformOrder }).map(({ platform }) => platform);
  t.same(platforms('linux', ['windows-x64', 'linux-x64']), [
    'linux-x64',
    'linux-arm64',
    'windows-x64',
    null,
    'macos-arm64',
  ]);
  t.same(platforms(null, []), [null, 'linux-arm64', 'linux-x64', 'macos-arm64', 'windows-x64']);
});
