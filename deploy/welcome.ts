// What the launcher says to the person at the terminal: a box with the first logins and where to go, or one line.
// Called by installation.ts. The logins are shown here and nowhere else.
import { formatHostPort } from '#commlink/host-port.ts';
import type { FirstLogins } from './first-logins.ts';
import { demo } from './first-setup.ts';
import type { PublicEndpoints, StateLayout } from './state-directory.ts';

/** The lines in a frame. */
export function frame(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const rule = '─'.repeat(width + 4);
  return [`╭${rule}╮`, ...lines.map((line) => `│  ${line.padEnd(width)}  │`), `╰${rule}╯`].join('\n');
}

/** The box of the first start. */
export function describeFirstStart(
  layout: StateLayout,
  endpoints: PublicEndpoints,
  logins: FirstLogins,
): string {
  const { staff, customer } = logins;
  const forCustomer = customer
    ? [`  sign in as      ${customer.name}`, `  password        ${customer.password}`]
    : [];
  const downloads = [
    ...line('Downloads', endpoints.delivery),
    ...line('  FTP over TLS', placeOf(endpoints.ftp)),
    ...line('  SFTP', placeOf(endpoints.sftp)),
  ];
  return frame([
    'Consign is running. These logins are shown only now:',
    '',
    ...paragraph([...line('Customer portal', endpoints.portal), ...forCustomer]),
    ...line('Staff console', endpoints.console),
    `  sign in as      ${staff.name}`,
    `  password        ${staff.password}`,
    '',
    ...paragraph(downloads),
    'Your browser warns about the certificate until you import this authority:',
    `  ${layout.caFile}`,
    '',
    "The operator's key signs every change of the configuration. Keep a copy of it in a safe",
    'place, and put it under a passphrase with: npx consign operator passphrase',
    `  ${layout.operatorKeyFile}`,
    '',
    'Try next, in another terminal:',
    ...nextCommands(endpoints, customer !== null).map((command) => `  ${command}`),
  ]);
}

/** Lines and an empty one after them; nothing for none. */
function paragraph(lines: readonly string[]): string[] {
  return lines.length > 0 ? [...lines, ''] : [];
}

/** A line of the box; none for what is not served on this machine. */
function line(title: string, value: string | undefined): string[] {
  return value === undefined ? [] : [title.padEnd(18) + value];
}

function placeOf(address: { host: string; port: number } | undefined): string | undefined {
  return address && formatHostPort(address);
}

function nextCommands({ portal }: PublicEndpoints, hasDemo: boolean): string[] {
  if (portal === undefined) return ['npx consign node list', 'npx consign node invite --help'];
  if (hasDemo) {
    const file = `${demo.product}/${demo.version}/${demo.file}`;
    return [
      `npx consign stage ${demo.account} ${file}`,
      `npx consign why ${demo.account} ${demo.product}`,
      'npx consign downloads',
      'npx consign --help',
    ];
  }
  return [
    'npx consign account create acme --title "Acme Ltd"',
    'npx consign user create acme alice',
    'npx consign product create tool --title "The tool"',
    'npx consign publish tool 1.0.0 ./tool-1.0.0.tar.gz',
    'npx consign grant acme tool --reason "Contract 42"',
  ];
}

/** The line of every later start. */
export function describeStart({ portal, console, delivery }: PublicEndpoints): string {
  const places = Object.entries({ portal, console, delivery }).filter(([, url]) => url !== undefined);
  const where = places.map(([name, url]) => `${name} ${url}`).join(', ');
  return `Consign is running: ${where}. Ctrl-C stops it.`;
}

/** What is said once where the kernel does not keep customers in their directories. */
export const noJailWarning =
  "NOT JAILED: without root the session servers can't chroot, and customers are kept in their directories by our own checks alone. Start Consign as root before you let customers in; it gives root up where it can.";
