// A disk that fails in mid-transfer, and a certificate that has expired, as curl meets them at a whole node: it knows that it
// has not got the file, and the record says so, too.
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { acceptLogin } from '../fetch-everywhere.ts';
import { RunningNode, startNode } from '../running-node.ts';

const run = promisify(execFile);
const output = { encoding: 'buffer' as const, maxBuffer: 100_000_000 };
const inject = join(import.meta.dirname, 'failing-disk.ts');

t.test('a disk that fails in mid-transfer, over HTTPS and FTPS', async (t) => {
  const node = new RunningNode();
  t.teardown(() => node.remove());
  await node.prepare();
  await node.start({ nodeOptions: [`--import=${inject}`] });
  const password = randomBytes(16).toString('hex');
  acceptLogin(node, password);
  const sizeBytes = 5_000_000;
  const content = randomBytes(sizeBytes);
  const ftps = (file: string): string[] => [
    '--ssl-reqd',
    '-u',
    `alice:${password}`,
    `ftp://localhost:${node.ports.ftp}/tool/1.0.0/${file}`,
  ];
  for (const protocol of ['https', 'ftps']) {
    const file = `${protocol}.bin`;
    const grant = await node.publishAndStage(content, { file });
    const call = protocol === 'https' ? [node.linkFor(grant)] : ftps(file);
    const failed = await run('curl', ['-sS', '--cacert', node.caFile, ...call], output).then(
      () => null,
      (error: { code: number; stdout: Buffer; stderr: Buffer }) => error,
    );
    // Transfer closed with bytes outstanding; or, of FTP, another reply than 226.
    t.ok([18, 56].includes(failed?.code ?? 0), `${protocol}: curl ends with ${failed?.code}`);
    const received = failed?.stdout ?? Buffer.alloc(0);
    t.ok(received.length <= 1_000_000 && content.subarray(0, received.length).equals(received));
    t.notMatch(String(failed?.stderr), /EIO/);
    const [download] = await node.endedDownloads(grant.delivery, 1);
    t.match(download, { protocol, outcome: 'aborted' });
    t.ok((download?.sentBytes ?? sizeBytes) <= 1_000_000, `${protocol}: ${download?.sentBytes} bytes`);
    const small = randomBytes(1000);
    const other = await node.publishAndStage(small, { file: `small-${file}` });
    const again = protocol === 'https' ? [node.linkFor(other)] : ftps(`small-${file}`);
    const { stdout } = await run('curl', ['-sSf', '--cacert', node.caFile, ...again], output);
    t.ok(stdout.equals(small), `${protocol}: what can be read is served`);
  }
  t.match(node.log.join(''), /EIO/, 'the operator is told why');
});

t.test('an expired certificate at HTTPS: clients refuse it, those that do not mind are served', async (t) => {
  const made = new RunningNode();
  t.teardown(() => rmSync(made.directory, { recursive: true, force: true }));
  const { hostKeys } = made.makeIdentity();
  const [keyFile, certFile, request] = ['old.key', 'old.crt', 'old.csr'].map((name) =>
    join(made.directory, name),
  ) as [string, string, string];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  openssl('req', '-new', ...key, '-subj', '/CN=localhost', '-out', request);
  openssl('x509', '-req', '-in', request, '-signkey', keyFile, '-days', '-1', '-out', certFile);
  const [certificate, privateKey] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
  const node = await startNode(t, { identity: { certificate, privateKey, hostKeys } });
  const content = randomBytes(1000);
  const link = node.linkFor(await node.publishAndStage(content));
  await t.rejects(run('curl', ['-sSf', '--cacert', certFile, link], output), { code: 60 });
  t.ok((await run('curl', ['-sSf', '--insecure', link], output)).stdout.equals(content));
});
