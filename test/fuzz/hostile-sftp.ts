// SFTP as nobody should speak it: noise in place of SSH, and, with the right password, packets whose lengths, handles and
// paths lie. Caller: run-hostile.ts.
import ssh2, { type Client } from 'ssh2';
import { RawSftp, string, uint32, uint64 } from '../ftp-node/sftp/raw-sftp.ts';
import { hostilePaths } from '../end-to-end/hostile-paths.ts';
import type { Random } from '../rig/random.ts';
import type { HostileTarget } from './hostile-node.ts';
import { leave, noise, openHostile, sendInPieces } from './hostile-socket.ts';

const paths = hostilePaths({ otherAccountFile: 'globex/tool.bin', hostFiles: ['/etc/passwd'] }) as [
  string,
  ...string[],
];
const banners = [
  'SSH-2.0-x\r\n',
  'SSH-1.5-x\r\n',
  'SSH-2.0-\0\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  `SSH-2.0-${'y'.repeat(300)}\r\n`,
  'x'.repeat(20_000),
  '',
] as const;
const extensions = [
  'limits@openssh.com',
  'statvfs@openssh.com',
  'fstatvfs@openssh.com',
  'expand-path@openssh.com',
  'home-directory',
  'fsync@openssh.com',
  'posix-rename@openssh.com',
  'copy-data',
  'check-file',
  '',
] as const;
const packetsMax = 25;
const likely = { noise: 50, truth: 70, lyingLength: 6 } as const;

/** One session. */
export async function hostileSftp(random: Random, target: HostileTarget): Promise<void> {
  if (random.percent(likely.noise)) return speakNoise(random, target);
  const client = await logIn(target);
  if (client === null) return;
  try {
    const raw = await RawSftp.open(client);
    if (random.percent(80)) raw.listen();
    if (random.percent(90)) raw.send(string(Buffer.concat([Buffer.from([1]), uint32(random.between(0, 7))])));
    const packetCount = random.between(1, packetsMax);
    for (let sent = 0; sent < packetCount; sent += 1) raw.send(packet(random, target));
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 20)));
    if (random.percent(50)) raw.channel.end();
  } catch {
    // Whether the server still opens a channel for such a client is its own affair.
  } finally {
    if (random.percent(50)) client.end();
    else client.destroy();
  }
}

async function speakNoise(random: Random, target: HostileTarget): Promise<void> {
  const socket = await openHostile(target.ports.sftp);
  await sendInPieces(socket, Buffer.from(random.pick(banners)), random);
  await sendInPieces(socket, keyExchangeNoise(random), random);
  await leave(socket, random);
}

/** A binary packet (RFC 4253 section 6) of a message number that means something, or nothing of the kind. */
function keyExchangeNoise(random: Random): Buffer {
  const body = Buffer.concat([
    Buffer.from([random.pick([20, 21, 30, 1, 2, 4, 5, 50, 90, 255])]),
    noise(random, 300),
  ]);
  const length = random.percent(50) ? body.length + 5 : random.pick([0, 1, 35_000, 0xff_ff_ff_ff]);
  return Buffer.concat([uint32(length), Buffer.from([4]), body, Buffer.alloc(4)]);
}

async function logIn({ ports, user, password }: HostileTarget): Promise<Client | null> {
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  client.connect({ host: '127.0.0.1', port: ports.sftp, username: user, password, readyTimeout: 20_000 });
  return new Promise((resolve) => {
    client.once('ready', () => resolve(client));
    client.once('close', () => resolve(null));
  });
}

function packet(random: Random, target: HostileTarget): Buffer {
  const type = random.percent(90) ? random.between(1, 20) : random.pick([0, 101, 102, 200, 200, 201, 255]);
  const fields = Array.from({ length: random.between(0, 4) }, () => field(random, target));
  const body = Buffer.concat([Buffer.from([type]), uint32(random.between(0, 0xff_ff_ff_ff)), ...fields]);
  if (!random.percent(likely.lyingLength)) return string(body);
  return Buffer.concat([uint32(random.pick([0, 1, 4, body.length + 1, 300_000, 0xff_ff_ff_ff])), body]);
}

function field(random: Random, target: HostileTarget): Buffer {
  switch (random.pick(['path', 'path', 'number', 'offset', 'handle', 'extension', 'noise'])) {
    case 'path':
      return string(Buffer.from(random.percent(30) ? target.path : random.pick(paths), 'latin1'));
    case 'number':
      return uint32(random.pick([0, 1, 2, 3, 26, 0x7f_ff_ff_ff, 0xff_ff_ff_ff]));
    case 'offset':
      return uint64(
        random.pick([0n, 1n, 299_999n, 300_000n, 0x7f_ff_ff_ff_ff_ff_ff_ffn, 0xff_ff_ff_ff_ff_ff_ff_ffn]),
      );
    case 'handle':
      return string(random.pick([Buffer.from([0, 0, 0, 0]), uint32(0), uint32(1), noise(random, 300)]));
    case 'extension':
      return string(random.pick(extensions));
    default:
      return noise(random, 60);
  }
}
