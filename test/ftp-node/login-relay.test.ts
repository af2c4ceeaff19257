// A login is sealed to one internal-db; when that one is away, the next is asked, and what is no answer of one is refused.
import t from 'tap';
import type { Member } from '#commlink/node-config.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { RpcError, type RpcErrorCode } from '#commlink/rpc-error.ts';
import { loginSealingPurpose, type LoginAttempt } from '#commlink/methods/documents.ts';
import { openSealedMessage } from '#commlink/sealed-message.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { createInternalDbVerifier } from '#ftp-node/internal-db-verifier.ts';
import { verifyLogin } from '#ftp-node/login-relay.ts';
import type { RelayCall } from '#ftp-node/reports/web-front-relay.ts';

const cluster = 'test';
const node = createNodeKeys().id;
const databases = ['db1', 'db2'].map((name) => ({ name, keys: createNodeKeys() }));
const members = databases.map(({ name, keys }): Member => {
  const { id, signing, sealing } = keys;
  return { name, role: 'internal-db', id, signingKey: signing.raw, sealingKey: sealing.raw };
});
const attempt = {
  connection: 'con_1',
  protocol: 'sftp' as const,
  address: '192.0.2.1',
  username: 'jo',
  credential: { kind: 'password' as const, password: 'secret words' },
};

async function answerAs(keys: NodeKeys, sealed: string): Promise<{ answer: string }> {
  const { privateKey } = keys.sealing;
  const opened = await openSealedMessage({ privateKey, purpose: loginSealingPurpose, sealed });
  const { nonce } = JSON.parse(Buffer.from(opened).toString()) as LoginAttempt;
  const verdict = { allowed: false as const, reason: 'credentials' as const };
  return { answer: signDocument('login-answer', { cluster, node, nonce, verdict }, keys.signing.privateKey) };
}

/** Asks with a relay to which db1 answers with the error. */
async function ask(code: RpcErrorCode, signer = databases[1]) {
  const asked: string[] = [];
  const relay = (async (_method: string, params: { internalDb: string; sealed: string }) => {
    const [first, second] = databases;
    const isFirst = params.internalDb === first?.keys.id;
    asked.push(isFirst ? 'db1' : 'db2');
    if (isFirst) throw new RpcError(code, 'away');
    const { answer } = await answerAs(second?.keys ?? createNodeKeys(), params.sealed);
    const body = JSON.parse(Buffer.from(answer.split('.')[0] ?? '', 'base64url').toString());
    const key = signer?.keys.signing.privateKey ?? createNodeKeys().signing.privateKey;
    return { answer: signDocument('login-answer', body, key) };
  }) as unknown as RelayCall;
  const verifier = createInternalDbVerifier(() => members.map(({ signingKey }) => signingKey));
  const silence = { unanswered: () => true };
  const alone = { logins: { find: () => null }, silence, now: () => 0 };
  const options = { cluster, node, internalDbs: () => members, verifier, relay, alone };
  return { asked, verdict: verifyLogin(options, attempt, new AbortController().signal) };
}

t.test('the next internal-db is asked when one is away, with a password that is sealed to it', async (t) => {
  for (const code of ['unavailable', 'disconnected'] as const) {
    const { asked, verdict } = await ask(code);
    t.match(await verdict, { allowed: false, reason: 'credentials' });
    t.same(asked, ['db1', 'db2']);
  }
});

t.test('one that has answered is not asked behind its back', async (t) => {
  for (const code of ['refused', 'deadline', 'internal'] as const) {
    const { asked, verdict } = await ask(code);
    await t.rejects(verdict, { code });
    t.same(asked, ['db1']);
  }
});

t.test('an answer that no internal-db signed is none', async (t) => {
  const stranger = { name: 'web1', keys: createNodeKeys() };
  const { verdict } = await ask('unavailable', stranger);
  await t.rejects(verdict, { code: 'bad_reply' });
});
