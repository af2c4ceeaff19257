// The portal and its API in front of a whole Consign: a customer signs in, makes a token, asks for a file, and pastes each
// line of the answer into a terminal, where the client asks for the password. Whole and broken-off files, by digest.
import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { ReadyDeliveryView } from '#web-front/api/schemas.ts';
import { sha256OfFile } from '../end-to-end/fetched-file.ts';
import { demoFile, startConsign } from '../rig/running-consign.ts';
import { paste } from './pasted-line.ts';
import { Visitor } from './portal-fixture.ts';

const consign = await startConsign(t, { demo: true });
await consign.waitUntilLinked();
const folder = await mkdtemp(join(tmpdir(), 'consign-pasted-'));
t.teardown(() => rm(folder, { recursive: true }));
const [product = '', version = '', file = ''] = demoFile.split('/');
const partBytes = 50_000_000;

async function signedInVisitor(): Promise<Visitor> {
  const { portal, caFile } = consign.endpoints;
  const visitor = new Visitor({ origin: portal, certificate: await readFile(caFile, 'utf8') });
  const { name, password } = consign.logins.customer ?? { name: '', password: '' };
  await visitor.signIn({ username: name, password });
  return visitor;
}

t.test(
  'each line of a delivery fetches the file as it was pasted, and goes on where it broke off',
  async (t) => {
    const visitor = await signedInVisitor();
    const formToken = await visitor.formToken('/tokens');
    const made = await visitor.submit('/tokens', { formToken, name: 'pasted lines', lifetimeDays: '1' });
    const token = /consign_pat_[\w-]{43}/.exec(made.text)?.[0] ?? '';
    const asked = await new Visitor({
      origin: consign.endpoints.portal,
      certificate: await readFile(consign.endpoints.caFile, 'utf8'),
    }).send('POST', '/api/v1/deliveries', {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ product, version, file }),
    });
    t.equal(asked.status, 201);
    const delivery = asked.json() as ReadyDeliveryView;
    const authority = await visitor.get('/consign-ca.pem');
    const { curlHttps, wget, aria2, curlFtps, lftp, sftp, scp } = delivery.commands;
    const lines = { curlHttps, wget, aria2, curlFtps, lftp, sftp, scp };
    for (const [client, line] of Object.entries(lines)) {
      const directory = join(folder, client);
      const target = join(directory, file);
      await mkdir(directory);
      await writeFile(join(directory, 'consign-ca.pem'), authority.text);
      const whole = await paste(line ?? '', directory, delivery.password);
      t.equal(whole.code, 0, `${client}: ${whole.screen.slice(-300)}`);
      t.equal(await sha256OfFile(target), delivery.sha256, `${client}, whole`);
      if (client === 'scp') continue;
      await truncate(target, partBytes);
      const resumed = await paste(line ?? '', directory, delivery.password);
      t.equal(resumed.code, 0, `${client}: ${resumed.screen.slice(-300)}`);
      t.equal(await sha256OfFile(target), delivery.sha256, `${client}, resumed`);
    }
    const checked = await paste(delivery.commands.sha256sum, join(folder, 'scp'), '');
    t.match(checked.screen, `${file}: OK`);
    const { downloads } = (
      await visitor.get(`/api/v1/deliveries/${delivery.id}`)
    ).json() as ReadyDeliveryView;
    t.same(new Set(downloads.map(({ protocol }) => protocol)), new Set(['https', 'ftps', 'sftp']));
  },
);

t.test('a delivery that was ended can be fetched no more', async (t) => {
  const visitor = await signedInVisitor();
  const formToken = await visitor.formToken('/');
  const click = await visitor.submit('/deliveries', { formToken, product, version, file });
  const path = String(click.headers['location']);
  const page = await visitor.get(path);
  t.match(page.text, 'Ready');
  const line = /curl --fail [^<]+/.exec(page.text)?.[0].replaceAll('&#61;', '=') ?? '';
  const directory = join(folder, 'ended');
  await mkdir(directory);
  await copyFile(consign.endpoints.caFile, join(directory, 'consign-ca.pem'));
  await visitor.submit(`${path}/end`, { formToken });
  t.match((await visitor.get(path)).text, 'This delivery was ended.');
  const refused = await paste(line, directory, '');
  t.equal(refused.code, 22, 'curl says that the server refused');
});
