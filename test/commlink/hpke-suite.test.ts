// Our primitives under the HPKE library: the standard's own message opens, and what either suite sealed opens with the other.
import { randomBytes } from 'node:crypto';
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import t from 'tap';
import { suite } from '#commlink/hpke-suite.ts';

const hex = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'hex'));
const webSuite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes128Gcm(),
});

t.test('opens the message of RFC 9180, appendix A.1.1', async (t) => {
  const recipientKey = {
    privateKey: await suite.kem.deserializePrivateKey(
      hex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
    ),
    publicKey: await suite.kem.deserializePublicKey(
      hex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
    ),
  };
  const opened = await suite.open(
    {
      recipientKey,
      enc: hex('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431'),
      info: hex('4f6465206f6e2061204772656369616e2055726e'),
    },
    hex('f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a'),
    hex('436f756e742d30'),
  );
  t.equal(Buffer.from(opened).toString(), 'Beauty is truth, truth beauty');
});

t.test('agrees with the library in both directions, at every length', async (t) => {
  const pair = await suite.kem.generateKeyPair();
  for (const length of [0, 1, 15, 16, 17, 1000, 70_000]) {
    const plaintext = new Uint8Array(randomBytes(length));
    const [info, associated] = [randomBytes(length % 100), randomBytes(length % 33)];
    for (const [from, to] of [
      [suite, webSuite],
      [webSuite, suite],
    ] as const) {
      const sealed = await from.seal({ recipientPublicKey: pair.publicKey, info }, plaintext, associated);
      const place = { recipientKey: pair, enc: sealed.enc, info };
      t.same(new Uint8Array(await to.open(place, sealed.ct, associated)), plaintext, `${length} bytes`);
      const changed = new Uint8Array(sealed.ct);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      await t.rejects(to.open(place, changed, associated), 'a changed tag');
      await t.rejects(to.open(place, sealed.ct, Buffer.from('elsewhere')), 'another place');
      await t.rejects(to.open(place, sealed.ct.slice(0, 15), associated), 'less than a tag');
    }
  }
});
