// What a node is told to show its clients is looked at before anything depends on it.
import t from 'tap';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { checkIdentity } from '#commlink/settings/checked-identity.ts';
import { issueCertificate } from '../../rig/issued-certificate.ts';

t.test('a certificate with its key is taken, and its end is known', async (t) => {
  const identity = await issueCertificate('good');
  const expiresAtMs = checkIdentity(identity, Date.now());
  t.ok(expiresAtMs > Date.now() + 86_400_000 && expiresAtMs < Date.now() + 3 * 86_400_000);
});

t.test('what clients would refuse, or TLS can not use, is refused with a plain sentence', async (t) => {
  const good = await issueCertificate('good');
  const other = await issueCertificate('other');
  const inThreeDays = Date.now() + 3 * 86_400_000;
  const cases = [
    ['text that is no PEM', { ...good, certificate: 'hello' }, Date.now(), 'CERTIFICATE_INVALID'],
    ['a key that is no PEM', { ...good, privateKey: 'hello' }, Date.now(), 'CERTIFICATE_INVALID'],
    [
      'the key of another certificate',
      { ...good, privateKey: other.privateKey },
      Date.now(),
      'CERTIFICATE_INVALID',
    ],
    ['a certificate that has expired', good, inThreeDays, 'CERTIFICATE_EXPIRED'],
  ] as const;
  for (const [what, identity, nowMs, code] of cases) {
    try {
      checkIdentity(identity, nowMs);
      t.fail(what);
    } catch (error) {
      t.match(error, { code, name: 'StartupError' }, what);
      t.ok(error instanceof StartupError && /^[A-Z][^\n]+\. [A-Z][^\n]+\.$/.test(error.message), what);
      t.notMatch(String((error as Error).message), /BEGIN|hello/, 'the key is not quoted');
    }
  }
});

t.test('a node starts with an expired certificate: only one that runs can be given another', async (t) => {
  t.ok(checkIdentity(await issueCertificate('old'), null) > 0);
});
