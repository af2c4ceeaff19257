// What the usual scanners say of the doors that customers see: ssh-audit, sslscan, and nmap's scripts for FTP and TLS. What
// they find is either gone or named here with the reason why it stays; anything new fails.
import t from 'tap';
import { runProgram } from '../rig/run-program.ts';
import { startConsign } from '../rig/running-consign.ts';

const consign = await startConsign(t);
const { ftp, sftp, delivery, portal } = consign.endpoints;
const host = '127.0.0.1';
const https = new URL(delivery).port;

/** Each line of ssh-audit that may be there. */
const accepted: readonly (readonly [RegExp, string])[] = [
  [
    /^\((?:kex|key)\) (?:ecdh-sha2|ecdsa-sha2)-nistp\d+ .*weak elliptic curves/,
    'clients under FIPS 140 have nothing of curve25519; others prefer that',
  ],
  [
    /^\(mac\) hmac-sha2-\d+ .*encrypt-and-MAC/,
    'curl with libssh2 before 1.11 has nothing better; never used with GCM or ChaCha20',
  ],
  [
    /^\(kex\) kex-strict-s-v00@openssh\.com .*unknown algorithm/,
    'strict key exchange, which this scanner is too old to know',
  ],
];

t.test('ssh-audit finds what we know, and nothing else', async (t) => {
  const { stdout } = await runProgram('ssh-audit', [
    '-n',
    '-l',
    'warn',
    '-t',
    '60',
    '-p',
    String(sftp.port),
    host,
  ]);
  const findings = stdout.split('\n').filter((line) => /^\((?:kex|key|enc|mac|gen|cve|fin)\)/.test(line));
  t.ok(findings.length > 0, 'it was a scan');
  const surprises = findings.filter((line) => !accepted.some(([pattern]) => pattern.test(line)));
  t.strictSame(surprises, []);
  t.match(stdout, 'kex-strict-s-v00@openssh.com', 'Terrapin (CVE-2023-48795) is answered');
  t.notMatch(stdout, /sha1|cbc|ssh-rsa|3des|arcfour|group1-|group14-sha1/);
});

for (const [door, options] of [
  ['HTTPS', [`${host}:${https}`]],
  ['the portal', [`${host}:${new URL(portal).port}`]],
  ['FTP after AUTH TLS', ['--starttls-ftp', `${host}:${ftp.port}`]],
] as const)
  t.test(`sslscan finds nothing at ${door}`, async (t) => {
    const { stdout } = await runProgram('sslscan', ['--no-colour', '--timeout=20', ...options]);
    for (const version of ['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1'])
      t.match(stdout, new RegExp(`^${version} +disabled`, 'm'), `${version} is off`);
    for (const version of ['TLSv1.2', 'TLSv1.3']) t.match(stdout, new RegExp(`^${version} +enabled`, 'm'));
    const suites = [...stdout.matchAll(/^(?:Preferred|Accepted) +\S+ +\d+ bits +(\S+)/gm)].map(
      ([, suite = '']) => suite,
    );
    t.ok(suites.length > 3, `suites: ${suites.join(' ')}`);
    t.strictSame(
      suites.filter((suite) => !/^TLS_|^ECDHE-.*(?:GCM|CHACHA20)/.test(suite)),
      [],
      'forward secrecy and AEAD only',
    );
    t.notMatch(stdout, /ffdhe|is vulnerable|\bvulnerable to heartbleed(?<!not vulnerable to heartbleed)/);
    t.match(stdout, /renegotiation not supported|secure session renegotiation supported/i);
  });

t.test("nmap's scripts find no anonymous login, no bounce, and only the best grade", async (t) => {
  const scripts = 'ftp-bounce,ftp-anon,ftp-syst,ftp-vsftpd-backdoor,ssl-enum-ciphers';
  const { stdout } = await runProgram('nmap', [
    '-Pn',
    '-n',
    '-sV',
    '--version-light',
    '-p',
    `${ftp.port},${https}`,
    '--script',
    scripts,
    host,
  ]);
  t.match(stdout, `${ftp.port}/tcp`);
  t.match(
    stdout,
    new RegExp(`${ftp.port}/tcp +open +ftp`),
    'it knows that this is FTP, so the scripts have run',
  );
  t.notMatch(stdout, /ftp-anon: Anonymous FTP login allowed|bounce working|VULNERABLE/i);
  const grades = [...stdout.matchAll(/least strength: (\S+)/g)].map(([, grade]) => grade);
  t.ok(grades.length > 0 && grades.every((grade) => grade === 'A'), `grades: ${grades.join(' ')}`);
});
