// What the stager answers a session server of one connection: nothing about another account than the one it has entered.
import t from 'tap';
import {
  bindToOneAccount,
  serveAllAccounts,
  type CommonHandlers,
} from '#ftp-node/session-host/bound-handlers.ts';

const facts = {
  delivery: 'dlv_0123456789012345678901',
  sha256: 'a'.repeat(64),
  sizeBytes: 1,
  mediaType: 'text/plain',
  publishedAtMs: 1,
};
const common = {
  'staging.describe': async () => facts,
  'transfer.begin': async () => ({ begun: true }),
} as unknown as CommonHandlers;
const context = { signal: new AbortController().signal } as never;
const asking = (account: string) => ({ account, path: 'tool/1.0.0/tool.bin', delivery: null }) as never;

t.test('before it has entered an account there is nothing; afterwards that account alone', async (t) => {
  const entered: string[] = [];
  const handlers = bindToOneAccount(common, {
    enterAccount: (account) => entered.push(account),
    onOccupied: () => undefined,
  });
  t.equal(await handlers['staging.describe'](asking('acme'), context), null);
  t.same(await handlers['account.enter']({ account: 'acme' }, context), { user: 1 });
  t.same(await handlers['staging.describe'](asking('acme'), context), facts);
  t.equal(await handlers['staging.describe'](asking('rival'), context), null);
  t.match(await handlers['transfer.begin'](asking('acme'), context), { begun: true });
  t.match(await handlers['transfer.begin'](asking('rival'), context), {
    begun: false,
    refusal: 'not_staged',
  });
  await t.rejects(handlers['account.enter']({ account: 'rival' }, context));
  t.same(entered, ['acme']);
});

t.test('when no user is left the account is not entered', async (t) => {
  const handlers = bindToOneAccount(common, { enterAccount: () => null, onOccupied: () => undefined });
  await t.rejects(handlers['account.enter']({ account: 'acme' }, context));
});

t.test('a server for all accounts enters none', async (t) => {
  const handlers = serveAllAccounts(common);
  await t.rejects(handlers['account.enter']({ account: 'acme' }, context));
  t.same(await handlers['staging.describe'](asking('rival'), context), facts);
});
