// A vendor with one customer and one small product, made through the operator's commands, for the tests that spoil
// something and must see afterwards that nothing was lost. Callers: the end-to-end tests.
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { PrintedLogin, RunningConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { askHttps } from './portal-customer.ts';

/** What was made. */
export interface SmallVendor {
  readonly customer: PrintedLogin;
  /** The published file on the vendor's own disk. */
  readonly source: string;
  readonly content: Buffer;
  readonly sha256: string;
}

/** The account. */
export const vendorAccount = 'acme';
/** Its file as `PRODUCT/VERSION/FILE`. */
export const vendorTarget = 'tool/1.0.0/tool.bin';
const contentBytes = 100_000;

/** Makes the account acme with the user alice, who may have all of the product tool, whose release has one file. */
export async function openVendor(t: Test, consign: RunningConsign): Promise<SmallVendor> {
  const content = randomBytes(contentBytes);
  const source = join(temporaryFolder(t), 'tool.bin');
  await writeFile(source, content);
  await consign.json('account', 'create', vendorAccount);
  const user = await consign.json<PrintedLogin>('user', 'create', vendorAccount, 'alice');
  await consign.json('product', 'create', 'tool');
  await consign.json('publish', 'tool', '1.0.0', source);
  await consign.json('grant', vendorAccount, 'tool', '--reason', 'contract');
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { customer: { name: user.name, password: user.password }, source, content, sha256 };
}

/** Stages the file and fetches it: all of it must have survived. */
export async function assertDelivers(t: Test, consign: RunningConsign, vendor: SmallVendor): Promise<void> {
  await consign.waitUntilLinked();
  const staged = await consign.json<{ url: string; sizeBytes: number; sha256: string }>(
    'stage',
    vendorAccount,
    vendorTarget,
  );
  t.match(staged, { sizeBytes: vendor.content.length, sha256: vendor.sha256 });
  const fetched = await askHttps(consign, staged.url, { headers: { range: 'bytes=0-' } });
  t.equal(fetched.status, 206, 'the file is delivered');
  t.match(await consign.json('audit', 'verify'), { intact: true });
}

/** What a person must never be shown: a stack, a Node.js internal, an error's class, an object printed as text. */
const programmersWords = /\n\s+at |node:internal|\w+Error\b|\[object |undefined|file:\/\//;

/** Asserts that a failing program said what is wrong in one plain sentence (on one line) that matches. */
export function assertPlain(t: Test, said: string, pattern: RegExp): void {
  t.match(said, pattern);
  t.notMatch(said, programmersWords, 'no stack and no programmer’s words');
  t.equal(said.trim().split('\n').length, 1, `on one line: ${said}`);
  t.match(said.trim(), /[.!)]$|\w: [\w=-][^.]*( \S+)+$/, 'it is a whole sentence');
}
