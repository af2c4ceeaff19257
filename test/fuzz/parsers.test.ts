// The parsers that customers' bytes meet first, on anything at all: they answer or refuse in their own words, and the
// borders of packets mean nothing. The PROXY header's and the ranges' properties are beside their own tests.
import fc from 'fast-check';
import t from 'tap';
import { CustomerPathError, parseCustomerPath } from '#ftp-node/session/customer-path.ts';
import { ControlLines } from '#ftp-node/session/ftp/control-lines.ts';
import { decodeRequest } from '#ftp-node/session/sftp/sftp-decode.ts';
import { SftpError } from '#ftp-node/session/sftp/sftp-protocol.ts';

const numRuns = 5000;
const lineBytesMax = 200;
const segments = fc.constantFrom(
  '..',
  '.',
  '',
  'a',
  '...',
  ' ',
  '~',
  '\\',
  'ü',
  '\u2028',
  '%2e%2e',
  '\0',
  '\n',
);
const paths = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(segments, { maxLength: 30 }).map((parts) => parts.join('/')),
);

/** The result, or the refusal that is allowed; anything else that is thrown is thrown on. */
function tryOut<T>(run: () => T, refusal: new (...given: never[]) => Error): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof refusal) return null;
    throw error;
  }
}

t.test('a path is refused, or is normal, absolute and inside', (t) => {
  fc.assert(
    fc.property(paths, paths, (raw, base) => {
      const from = tryOut(() => parseCustomerPath(base), CustomerPathError);
      const path = tryOut(() => parseCustomerPath(raw, from ?? undefined), CustomerPathError);
      if (path === null) return;
      const parts = path.slice(1).split('/');
      const isNormal = path === '/' || parts.every((part) => !['', '.', '..'].includes(part));
      if (!path.startsWith('/') || !isNormal || path.includes('\0')) throw new Error(path);
      if (parseCustomerPath(path) !== path) throw new Error(`${path} is parsed to something else.`);
    }),
    { numRuns },
  );
  t.end();
});

t.test('control lines are the same, wherever the packets end, and never longer than allowed', (t) => {
  const bytes = fc.oneof(
    fc.constantFrom(0x0a, 0x0d, 0xff, 0xf4, 0xfa, 0xf0, 0x00, 0x20),
    fc.integer({ min: 0, max: 255 }),
  );
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 600 }), fc.integer({ min: 1, max: 50 }), (all, pieceBytes) => {
      const whole = new ControlLines(lineBytesMax).push(Uint8Array.from(all));
      const inPieces = new ControlLines(lineBytesMax);
      const pieces = [];
      for (let at = 0; at < all.length; at += pieceBytes)
        pieces.push(...inPieces.push(Uint8Array.from(all.slice(at, at + pieceBytes))));
      if (JSON.stringify(pieces) !== JSON.stringify(whole)) throw new Error('The pieces make other lines.');
      if (whole.some((line) => 'text' in line && Buffer.byteLength(line.text) > lineBytesMax))
        throw new Error('too long');
    }),
    { numRuns },
  );
  t.end();
});

t.test('an SFTP packet is a request, or malformed', (t) => {
  const field = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: 'binary' }).map((text) => {
      const body = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      return Buffer.concat([length, body]);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.array(field, { maxLength: 6 }), (type, fields) => {
      const packet = Buffer.concat([Buffer.from([type]), ...fields]);
      const request = tryOut(() => decodeRequest(packet), SftpError);
      if (request !== null && typeof request.kind !== 'string') throw new Error('neither');
    }),
    { numRuns },
  );
  t.end();
});
