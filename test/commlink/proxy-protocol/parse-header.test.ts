// The PROXY protocol's parser: the headers of the specification, hostile ones, and every one of them cut anywhere.
import fc from 'fast-check';
import t from 'tap';
import { proxyHeaderBytesMax } from '#commlink/limits.ts';
import { parseProxyHeader } from '#commlink/proxy-protocol/parse-header.ts';
import { binaryHeader, binarySignature, ipv4Block, ipv6Block, vector } from './proxy-headers.ts';

const ipv6 = Buffer.from('20010db8000000000000000000000007', 'hex');
const mapped = Buffer.from('00000000000000000000ffffc0000207', 'hex');
const text = (line: string): Buffer => Buffer.from(`${line}\r\n`, 'latin1');

const good: [what: string, header: Buffer, source: string | null][] = [
  ['TCP4', text('PROXY TCP4 192.0.2.7 127.0.0.1 56324 443'), '192.0.2.7'],
  ['port 0', text('PROXY TCP4 192.0.2.7 127.0.0.1 0 65535'), '192.0.2.7'],
  ['TCP6', text('PROXY TCP6 2001:DB8:0:0::7 ::1 56324 443'), '2001:db8::7'],
  ['an IPv4 address in TCP6', text('PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2'), '192.0.2.7'],
  ['UNKNOWN', text('PROXY UNKNOWN'), null],
  ['UNKNOWN with what is to be ignored', text('PROXY UNKNOWN 192.0.2.7 what ever'), null],
  [
    'the longest line',
    text(
      'PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535',
    ),
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
  ['v2, TCP over IPv4', binaryHeader({ family: 0x11, block: ipv4Block('192.0.2.7') }), '192.0.2.7'],
  ['v2, TCP over IPv6', binaryHeader({ family: 0x21, block: ipv6Block(ipv6) }), '2001:db8::7'],
  ['v2, IPv4 as IPv6', binaryHeader({ family: 0x21, block: ipv6Block(mapped) }), '192.0.2.7'],
  ['v2, a UNIX socket', binaryHeader({ family: 0x31, block: Buffer.alloc(216) }), null],
  ['v2, unspecified', binaryHeader({ family: 0x00, block: Buffer.from('whatever') }), null],
  ['v2, LOCAL', binaryHeader({ command: 0x20, family: 0x00, block: Buffer.alloc(0) }), null],
  ['v2, LOCAL with addresses', binaryHeader({ command: 0x20, family: 0x11, block: Buffer.alloc(5) }), null],
  [
    'v2 with vectors',
    binaryHeader({
      family: 0x11,
      block: ipv4Block('192.0.2.7', vector(4, Buffer.alloc(0)), vector(2, Buffer.from('example.test'))),
    }),
    '192.0.2.7',
  ],
];

const bad: [what: string, header: Buffer][] = [
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n')],
  ['a TLS hello', Buffer.from('160301020001', 'hex')],
  ['an SSH client', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
  ['an FTP client', Buffer.from('USER alice\r\n')],
  ['small letters', text('proxy TCP4 192.0.2.7 127.0.0.1 1 2')],
  ['no family', text('PROXY ')],
  ['another family', text('PROXY TCP5 192.0.2.7 127.0.0.1 1 2')],
  ['UDP', text('PROXY UDP4 192.0.2.7 127.0.0.1 1 2')],
  ['two spaces', text('PROXY TCP4  192.0.2.7 127.0.0.1 1 2')],
  ['a space at the end', text('PROXY TCP4 192.0.2.7 127.0.0.1 1 2 ')],
  ['a tabulator', text('PROXY\tTCP4 192.0.2.7 127.0.0.1 1 2')],
  ['a bare line feed', Buffer.from('PROXY TCP4 192.0.2.7 127.0.0.1 1 2\n'.padEnd(107, 'x'))],
  ['IPv6 as TCP4', text('PROXY TCP4 ::1 ::1 1 2')],
  ['IPv4 as TCP6', text('PROXY TCP6 192.0.2.7 127.0.0.1 1 2')],
  ['a zone', text('PROXY TCP6 fe80::1%eth0 ::1 1 2')],
  ['a number over 255', text('PROXY TCP4 192.0.2.256 127.0.0.1 1 2')],
  ['leading zeros', text('PROXY TCP4 192.0.02.7 127.0.0.1 1 2')],
  ['a name', text('PROXY TCP4 localhost 127.0.0.1 1 2')],
  ['a port over 65535', text('PROXY TCP4 192.0.2.7 127.0.0.1 65536 2')],
  ['a port with a zero in front', text('PROXY TCP4 192.0.2.7 127.0.0.1 01 2')],
  ['a negative port', text('PROXY TCP4 192.0.2.7 127.0.0.1 -1 2')],
  ['a missing port', text('PROXY TCP4 192.0.2.7 127.0.0.1 1')],
  ['a line that does not end', Buffer.from('PROXY UNKNOWN '.padEnd(107, 'x'))],
  ['a line feed in UNKNOWN', text('PROXY UNKNOWN a\nb')],
  ['v2, another version', binaryHeader({ command: 0x11, family: 0x11, block: ipv4Block('192.0.2.7') })],
  ['v2, another command', binaryHeader({ command: 0x22, family: 0x11, block: ipv4Block('192.0.2.7') })],
  ['v2, UDP', binaryHeader({ family: 0x12, block: ipv4Block('192.0.2.7') })],
  ['v2, a reserved family', binaryHeader({ family: 0x41, block: ipv4Block('192.0.2.7') })],
  ['v2, a reserved transport', binaryHeader({ family: 0x13, block: ipv4Block('192.0.2.7') })],
  ['v2, addresses that are too short', binaryHeader({ family: 0x11, block: Buffer.alloc(11) })],
  ['v2, IPv6 in the length of IPv4', binaryHeader({ family: 0x21, block: ipv4Block('192.0.2.7') })],
  ['v2, a UNIX socket that is too short', binaryHeader({ family: 0x31, block: Buffer.alloc(215) })],
  ['v2, half a vector', binaryHeader({ family: 0x11, block: ipv4Block('192.0.2.7', Buffer.from([4, 0])) })],
  [
    'v2, a vector that is longer than the rest',
    binaryHeader({ family: 0x11, block: ipv4Block('192.0.2.7', Buffer.from([4, 0, 9, 1])) }),
  ],
  [
    'v2, a length without end, of which nothing has come',
    binaryHeader({ family: 0x11, block: Buffer.alloc(0), lengthBytes: proxyHeaderBytesMax - 15 }),
  ],
];

for (const [what, header, source] of good)
  t.test(`takes ${what}`, async (t) => {
    const whole = { kind: 'header', lengthBytes: header.length, source };
    t.same(parseProxyHeader(header), whole);
    t.same(parseProxyHeader(Buffer.concat([header, Buffer.from('PROXY TCP4 x')])), whole, 'and no byte more');
    for (let length = 0; length < header.length; length += 1)
      t.equal(parseProxyHeader(header.subarray(0, length)).kind, 'incomplete', `${length} bytes`);
  });

for (const [what, header] of bad)
  t.test(`refuses ${what}`, async (t) => {
    t.same(parseProxyHeader(header), { kind: 'invalid' });
  });

t.test('refuses at the first byte that is wrong', async (t) => {
  t.equal(parseProxyHeader(Buffer.from('PROXZ')).kind, 'invalid');
  t.equal(
    parseProxyHeader(Buffer.concat([binarySignature.subarray(0, 11), Buffer.from('x')])).kind,
    'invalid',
  );
});

t.test('never throws, never reads past the end, and more bytes never change a verdict', async () => {
  const start = fc.constantFrom(Buffer.alloc(0), binarySignature, ...good.map(([, header]) => header));
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), fc.nat(400), (begin, tail, cut) => {
      const bytes = Buffer.concat([begin, tail]);
      const early = parseProxyHeader(bytes.subarray(0, cut));
      const late = parseProxyHeader(bytes);
      if (late.kind === 'header' && (late.lengthBytes > bytes.length || late.lengthBytes < 15)) return false;
      return early.kind === 'incomplete' || JSON.stringify(early) === JSON.stringify(late);
    }),
    { numRuns: 3000 },
  );
});
