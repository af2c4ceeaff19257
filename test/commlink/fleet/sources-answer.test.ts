// The sealed answer that names sources: nobody but the appliance reads it, and nobody but the centre makes it, for one request.
import t from 'tap';
import { beginMessage } from '#commlink/fleet/appliance-message.ts';
import { parseTargetPath } from '#commlink/fleet/fleet-names.ts';
import { openSourcesReply, sealSourcesReply } from '#commlink/fleet/sources-answer.ts';
import type { SourcesReply } from '#commlink/fleet/sources.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';

const [appliance, other, centre] = [createNodeKeys(), createNodeKeys(), createNodeKeys()];
const request = beginMessage('apl_0123456789abcdefghijkl', 1);
const { signing } = centre;
const publicKeys = [signing.publicKey];
const url = 'https://node.example/d/secret/site.conf';
const sources = [{ node: 'ftp1', transport: 'https', url, ca: null, expiresAtMs: 5 }] as const;
const reply: SourcesReply = { nowMs: 7, targets: [{ path: parseTargetPath('files/site.conf'), sources }] };
const to = { request, sealingKey: appliance.sealing.raw, privateKey: signing.privateKey };

t.test('the appliance reads what the centre has sent it, and a relay does not', async (t) => {
  const text = await sealSourcesReply(reply, to);
  t.match(await openSourcesReply(text, { request, keys: appliance, publicKeys }), reply);
  for (const part of text.split('.'))
    t.notMatch(Buffer.from(part, 'base64url').toString('latin1'), 'node.example');
});

t.test('for another request, another appliance, by another key, or changed', async (t) => {
  const text = await sealSourcesReply(reply, to);
  const open = (otherwise: object, changed = text) =>
    openSourcesReply(changed, { request, keys: appliance, publicKeys, ...otherwise });
  const next = { ...request, nonce: 'A'.repeat(22) };
  await t.rejects(open({ request: next }), { code: 'bad_signature' });
  await t.rejects(open({ publicKeys: [other.signing.publicKey] }), { code: 'bad_signature' });
  await t.rejects(open({ publicKeys: [] }), { code: 'bad_signature' });
  await t.rejects(open({ keys: other }), { code: 'malformed' });
  await t.rejects(
    open(
      {},
      text.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    ),
    {
      code: 'bad_signature',
    },
  );
  await t.rejects(open({}, JSON.stringify(reply)), { code: 'malformed' });
  await t.rejects(open({}, `${'A'.repeat(1024 * 1024)}.${'A'.repeat(86)}`), { code: 'malformed' });
});
