// Whose documents the node believes follows who is an internal-db member now.
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { createInternalDbVerifier } from '#ftp-node/internal-db-verifier.ts';

const [first, second] = [createNodeKeys(), createNodeKeys()];
const body = { cluster: 'test', node: first.id, batch: 'ab'.repeat(32), acceptedSequence: 1 };
const receiptOf = (keys: typeof first): string =>
  signDocument('report-receipt', body, keys.signing.privateKey);

t.test('a member that comes is believed, and one that goes is not', async (t) => {
  let members: string[] = [];
  const verifier = createInternalDbVerifier(() => members);
  t.equal(verifier.verify('report-receipt', receiptOf(first)), null, 'nobody is a member');
  members = [first.signing.raw, second.signing.raw];
  t.same(verifier.verify('report-receipt', receiptOf(first)), body);
  t.same(verifier.verify('report-receipt', receiptOf(second)), body);
  members = [second.signing.raw];
  t.equal(verifier.verify('report-receipt', receiptOf(first)), null);
  t.same(verifier.verify('report-receipt', receiptOf(second)), body);
});
