// FTP as nobody should speak it: a grammar of commands with wrong arguments, mixed with bytes that are no commands, with
// data connections that are opened, ignored, stalled or reset. Caller: run-hostile.ts.
import type { Socket } from 'node:net';
import type { Random } from '../rig/random.ts';
import { hostilePaths } from '../end-to-end/hostile-paths.ts';
import type { HostileTarget } from './hostile-node.ts';
import { leave, noise, openHostile, secureHostile, sendInPieces } from './hostile-socket.ts';

const verbs = [
  'USER',
  'PASS',
  'ACCT',
  'CWD',
  'CDUP',
  'SMNT',
  'QUIT',
  'REIN',
  'PORT',
  'PASV',
  'TYPE',
  'STRU',
  'MODE',
  'RETR',
  'STOR',
  'STOU',
  'APPE',
  'ALLO',
  'REST',
  'RNFR',
  'RNTO',
  'ABOR',
  'DELE',
  'RMD',
  'MKD',
  'PWD',
  'LIST',
  'NLST',
  'SITE',
  'SYST',
  'STAT',
  'HELP',
  'NOOP',
  'AUTH',
  'ADAT',
  'PBSZ',
  'PROT',
  'CCC',
  'MIC',
  'CONF',
  'ENC',
  'EPRT',
  'EPSV',
  'FEAT',
  'OPTS',
  'LANG',
  'MDTM',
  'SIZE',
  'MLST',
  'MLSD',
  'HASH',
  'RANG',
  'HOST',
  'CLNT',
  'MFMT',
  'XCRC',
  'XSHA256',
  'XCUP',
  'XPWD',
  '',
] as const;

const oddities = [
  '',
  ' ',
  '  ',
  '-al',
  '-laR /',
  '-',
  '\t',
  '\0',
  '\u007f',
  '%s%n%x',
  '"',
  '""',
  "'",
  '*',
  '**/*',
  '?',
  '[',
  '[a-',
  '{a,b}',
  '~',
  '/',
  '//',
  '0',
  '-1',
  '1e9',
  '9007199254740993',
  '18446744073709551616',
  'A',
  'A N',
  'I',
  'L 8',
  'E',
  'Z',
  'S',
  'B',
  'TLS',
  'TLS-C',
  'SSL',
  'P',
  'C',
  'ALL',
  '1',
  '2',
  '3',
  'MLST type;size;',
  'MLST ;;;',
  'UTF8 ON',
  'MODE Z LEVEL 9',
  'HASH SHA-256',
  '127,0,0,1,0,22',
  '10,0,0,1,200,10',
  '1,2,3',
  '256,1,1,1,1,1',
  '|1|127.0.0.1|22|',
  '|2|::1|22|',
  '|3|x|1|',
  '||||',
  '0-',
  '5-2',
  '0-99999999999',
  'EN',
  'en-US',
  'xx',
  'localhost',
  '[::1]',
  'a.b.c',
  '\u202e',
  '\ud83d\udcbe',
  'é',
  'tool',
  'tool/1.0.0/tool.bin',
] as const;

/** In one character a byte; what is not ASCII is sent as it is. */
const paths = hostilePaths({ otherAccountFile: 'globex/tool.bin', hostFiles: ['/etc/passwd'] }) as [
  string,
  ...string[],
];

const likely = { user: 30, tls: 12, data: 35, noise: 15 } as const;

/** One session. Never rejects for what the server does, only when it does not listen. */
export async function hostileFtp(random: Random, target: HostileTarget): Promise<void> {
  const plain = await openHostile(target.ports.ftp);
  if (random.percent(likely.noise)) await sendInPieces(plain, noise(random, 400), random);
  const socket = random.percent(likely.tls) ? await beginTls(plain, random) : plain;
  if (socket === null) return leave(plain, random);
  const replies = collectReplies(socket);
  if (random.percent(likely.user))
    await sendInPieces(socket, Buffer.from(`USER ${target.user}\r\nPASS ${target.password}\r\n`), random);
  const dataSockets: Socket[] = [];
  const stepCount = random.between(1, 12);
  for (let step = 0; step < stepCount && !socket.destroyed; step += 1) {
    await sendInPieces(socket, commandBytes(random, target), random);
    if (!random.percent(likely.data)) continue;
    socket.write(random.pick(['PASV\r\n', 'EPSV\r\n']));
    const port = await replies.passivePort();
    const data = port === null || random.percent(20) ? null : await openDataConnection(port);
    if (data !== null) dataSockets.push(data);
    if (data !== null && random.percent(30)) data.pause();
    const path = random.pick([target.path, '/', random.pick(paths)]);
    await sendInPieces(
      socket,
      Buffer.from(`${random.pick(['RETR', 'LIST', 'MLSD', 'NLST'])} ${path}\r\n`, 'latin1'),
      random,
    );
    if (data !== null && random.percent(40)) await leave(data, random);
  }
  await leave(socket, random);
  for (const data of dataSockets) await leave(data, random);
}

/** Null when the port is closed again: somebody else has come, or nobody in time. */
async function openDataConnection(port: number): Promise<Socket | null> {
  try {
    return await openHostile(port);
  } catch (error) {
    if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(String((error as NodeJS.ErrnoException).code)))
      return null;
    throw error;
  }
}

async function beginTls(plain: Socket, random: Random): Promise<Socket | null> {
  plain.write('AUTH TLS\r\n');
  if (random.percent(30)) {
    await sendInPieces(plain, noise(random, 300), random);
    return null;
  }
  await new Promise((resolve) => plain.once('data', resolve).once('close', resolve));
  return plain.destroyed ? null : secureHostile(plain);
}

function commandBytes(random: Random, target: HostileTarget): Buffer {
  if (random.percent(8)) return noise(random, 200);
  if (random.percent(4)) return Buffer.from(`${'A'.repeat(random.between(100, 9000))}\r\n`);
  const argument = random.pick([random.pick(oddities), random.pick(paths), target.path]);
  const line = Buffer.from(
    `${random.pick(verbs)}${random.pick([' ', ' ', ' ', '', '\t'])}${argument}`,
    random.pick(['utf8', 'latin1']),
  );
  const end = random.pick(['\r\n', '\r\n', '\r\n', '\n', '\r', '\r\0', '\0\r\n']);
  const telnet = random.percent(10)
    ? Buffer.from([0xff, random.pick([0xf4, 0xf2, 0xfb, 0xff, 0xfa])])
    : Buffer.alloc(0);
  return Buffer.concat([telnet, line, Buffer.from(end)]);
}

/** Watches the replies for passive ports. */
function collectReplies(socket: Socket): { passivePort: () => Promise<number | null> } {
  let text = '';
  let wake: () => void = () => undefined;
  socket.on('data', (bytes: Buffer) => {
    text = (text + bytes.toString('latin1')).slice(-4000);
    wake();
  });
  socket.on('close', () => wake());
  const find = (): number | null => {
    const extended = /\(\|\|\|(\d+)\|\)/.exec(text);
    const classic = /\(127,0,0,1,(\d+),(\d+)\)/.exec(text);
    if (extended === null && classic === null) return null;
    text = '';
    return extended ? Number(extended[1]) : Number(classic?.[1]) * 256 + Number(classic?.[2]);
  };
  return {
    passivePort: async () => {
      for (let tries = 0; tries < 3; tries += 1) {
        const port = find();
        if (port !== null || socket.destroyed) return port;
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 10);
        });
      }
      return find();
    },
  };
}
