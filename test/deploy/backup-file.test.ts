// The form of a backup: what was sealed comes back, for each operator and nobody else, and nothing of one that was changed,
// cut off, put together from two, or signed by somebody else.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { createOperatorKeys, operatorOf } from '#commlink/operator/operator-keys.ts';
import { openBackup, sealBackup } from '#deploy/backup/backup-file.ts';
import { backupChunkBytes } from '#deploy/limits.ts';

const ann = createOperatorKeys('ann');
const bob = createOperatorKeys('bob');
const node = createNodeKeys();
const parties = {
  cluster: 'local',
  name: 'db1',
  keys: node,
  operators: [operatorOf(ann), operatorOf(bob)],
  nowMs: 0,
};
const tagBytes = 16;

function seal(content: Buffer): Promise<Buffer> {
  return buffer(Readable.from(sealBackup(Readable.from(content.length === 0 ? [] : [content]), parties)));
}

async function open(backup: Buffer, operator = ann): Promise<Buffer> {
  // In odd pieces, as a pipe would have them.
  const pieces = Array.from({ length: Math.ceil(backup.length / 9999) }, (_, index) =>
    backup.subarray(index * 9999, (index + 1) * 9999),
  );
  const { content } = await openBackup(Readable.from(pieces));
  return buffer(Readable.from(content(operator)));
}

t.test('what was sealed comes back, whatever its size, for each operator', async (t) => {
  for (const size of [
    0,
    1,
    backupChunkBytes - 1,
    backupChunkBytes,
    backupChunkBytes + 1,
    5 * backupChunkBytes,
  ]) {
    const content = randomBytes(size);
    const sealed = await seal(content);
    t.ok((await open(sealed)).equals(content), `${size} bytes`);
    t.ok((await open(sealed, bob)).equals(content), `${size} bytes for the other operator`);
    t.notOk(size > 100 && sealed.includes(content.subarray(0, 64)), 'which nobody else can read');
  }
});

t.test('another operator opens nothing, and hears whose it is', async (t) => {
  await t.rejects(open(await seal(Buffer.from('x')), createOperatorKeys('eve')), {
    code: 'BACKUP_SEALED',
    message: /ann, bob/,
  });
});

t.test('changed, cut off or put together: nothing comes of it', async (t) => {
  const content = randomBytes(3 * backupChunkBytes);
  const sealed = await seal(content);
  const begin = sealed.indexOf(0x0a) + 1;
  const chunk = backupChunkBytes + tagBytes;
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(sealed);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const swapped = Buffer.concat([
    sealed.subarray(0, begin),
    sealed.subarray(begin + chunk, begin + 2 * chunk),
    sealed.subarray(begin, begin + chunk),
    sealed.subarray(begin + 2 * chunk),
  ]);
  const other = await seal(content);
  const mixed = Buffer.concat([sealed.subarray(0, begin), other.subarray(other.indexOf(0x0a) + 1)]);
  for (const [what, bad] of Object.entries({
    'a bit of its content': flipped(begin + 100),
    'a bit of its end': flipped(sealed.length - 1),
    'a bit of its first line': flipped(60),
    'its last chunk missing': sealed.subarray(0, begin + 2 * chunk),
    'its last byte missing': sealed.subarray(0, -1),
    'nothing but its first line': sealed.subarray(0, begin),
    'a byte too many': Buffer.concat([sealed, Buffer.from('x')]),
    'two chunks exchanged': swapped,
    'the content of another': mixed,
    'no backup at all': Buffer.from('PK\u0003\u0004 something else entirely\n'),
    nothing: Buffer.alloc(0),
  }))
    await t.rejects(open(bad), { code: 'BACKUP_INVALID' }, what);
});

t.test('who made it is known from the node’s signature', async (t) => {
  const sealed = await seal(Buffer.from('x'));
  const { header } = await openBackup(Readable.from([sealed]));
  t.match(header, { cluster: 'local', node: { name: 'db1', id: node.id } });
  const line = JSON.parse(sealed.subarray(0, sealed.indexOf(0x0a)).toString()) as { header: string };
  const posing = { ...line, header: line.header.replace(node.id, createNodeKeys().id) };
  await t.rejects(openBackup(Readable.from([Buffer.from(`${JSON.stringify(posing)}\n`)])), {
    code: 'BACKUP_INVALID',
  });
});
