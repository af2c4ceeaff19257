// The paths that an attacker sends: up and out in every encoding that some server somewhere has decoded once too often,
// names that mean something elsewhere, and bytes that are not names at all. One table for all protocols.
// Callers: the tests of escape attempts.

/** What is aimed at, relative to where it would be found. */
export interface EscapeTargets {
  /** In another account, relative to the accounts directory. */
  readonly otherAccountFile: string;
  /** Absolute paths on the host. */
  readonly hostFiles: readonly string[];
}

const bytes = (...values: number[]): string => Buffer.from(values).toString('latin1');

/** `..` as it is, and as it is not: each as latin1 text, one character a byte. */
const ups: readonly string[] = [
  '..',
  '%2e%2e',
  '%252e%252e',
  '.%2e',
  '%c0%ae%c0%ae',
  bytes(0xc0, 0xae, 0xc0, 0xae),
  bytes(0xe0, 0x80, 0xae, 0xe0, 0x80, 0xae),
  bytes(0xf0, 0x80, 0x80, 0xae, 0xf0, 0x80, 0x80, 0xae),
  Buffer.from('．．').toString('latin1'),
  Buffer.from('․․').toString('latin1'),
  '%u002e%u002e',
  '..;',
  '...',
  '....',
  '.. ',
  ' ..',
  '. .',
  '..\t',
  bytes(0x2e, 0x00, 0x2e),
  bytes(0x2e, 0x2e, 0x00),
];

const separators: readonly string[] = ['/', '//', '/./', '\\', '%2f', '%5c', '%252f', bytes(0xc0, 0xaf)];

/** Names that are more than names to some program, shell or system. */
const strangeNames: readonly string[] = [
  '/dev/null',
  '/dev/zero',
  '/dev/stdin',
  '/dev/fd/3',
  'CON',
  'NUL',
  'AUX.txt',
  'C:\\Windows\\win.ini',
  '\\\\localhost\\c$\\boot.ini',
  'file:///etc/passwd',
  '~',
  '~root/.ssh/id_rsa',
  '-la',
  '-la /etc',
  '--',
  '*',
  '{a,b}',
  '$(id)',
  '`id`',
  '|id',
  ';id',
  '.',
  '..',
  '',
  '/',
  '//',
  '.incoming-x',
  '/..',
  '/../..',
  'a'.repeat(255),
  'a'.repeat(256),
  'a'.repeat(5000),
  'a/'.repeat(3000),
  `${'../'.repeat(1000)}etc/passwd`,
  bytes(0xff, 0xf4, 0xff, 0xf2),
  bytes(0xff, 0xff),
  bytes(0xff, 0xfe, 0x2e, 0x00, 0x2e, 0x00, 0x2f, 0x00),
  'tool/1.0.0/tool.bin\0',
  'tool/1.0.0/tool.bin\0/../../../etc/passwd',
  'tool/1.0.0/tool.bin\n',
  'x\r\nRETR /etc/passwd',
  'x\nCWD /etc',
  '\x7f\x1b[2J',
];

/** Every path of the table, as latin1 text of one character a byte. */
export function hostilePaths({ otherAccountFile, hostFiles }: EscapeTargets): string[] {
  const host = hostFiles.map((file) => file.slice(1));
  const paths = new Set([...strangeNames, ...hostFiles, ...hostFiles.map((file) => `/${file}`)]);
  for (const up of ups) {
    paths.add(`${up}/${otherAccountFile}`);
    paths.add(`/tool/1.0.0/${up}/${up}/${up}/${otherAccountFile}`);
    paths.add(`${`${up}/`.repeat(12)}etc/passwd`);
  }
  for (const separator of separators) {
    paths.add(['..', ...otherAccountFile.split('/')].join(separator));
    paths.add([...Array<string>(12).fill('..'), 'etc', 'passwd'].join(separator));
  }
  for (const file of [otherAccountFile, ...host]) {
    paths.add(`/${file}`);
    paths.add(`/../${file}`);
    paths.add(`/proc/self/root/${file}`);
    paths.add(`/proc/self/cwd/../${file}`);
    paths.add(`/proc/1/root/${file}`);
  }
  return [...paths];
}
