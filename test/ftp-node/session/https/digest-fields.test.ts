// Repr-Digest and Content-Digest by what the client wants (RFC 9530).
import { createHash } from 'node:crypto';
import t from 'tap';
import { digestFields } from '#ftp-node/session/https/digest-fields.ts';

const sha256 = createHash('sha256').update('hello').digest('hex');
const value = 'sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:';
const repr = { 'repr-digest': value };
const both = { 'repr-digest': value, 'content-digest': value };

const cases: [wanted: Record<string, string>, isWholeContent: boolean, expected: object][] = [
  [{}, true, repr],
  [{}, false, repr],
  [{ 'want-repr-digest': 'sha-256=10' }, true, repr],
  [{ 'want-repr-digest': 'sha-512=9, sha-256=1' }, true, repr],
  [{ 'want-repr-digest': 'sha-512=9' }, true, repr],
  [{ 'want-repr-digest': 'sha-256=0' }, true, {}],
  [{ 'want-repr-digest': 'sha-512=3,sha-256=0' }, false, {}],
  [{ 'want-repr-digest': 'sha-256=0, %' }, true, repr],
  [{ 'want-repr-digest': 'sha-256=11' }, true, repr],
  [{ 'want-content-digest': 'sha-256=5' }, true, both],
  [{ 'want-content-digest': 'sha-256=5;q=1' }, true, both],
  [{ 'want-content-digest': 'sha-256=5' }, false, repr],
  [{ 'want-content-digest': 'sha-256=0' }, true, repr],
  [{ 'want-content-digest': 'sha-512=5' }, true, repr],
  [{ 'want-content-digest': 'SHA-256=5' }, true, repr],
];
for (const [wanted, isWholeContent, expected] of cases)
  t.test(`${JSON.stringify(wanted)} ${isWholeContent ? 'for the whole file' : 'for a part'}`, async (t) => {
    t.same(digestFields(wanted, { sha256, isWholeContent }), expected);
  });
