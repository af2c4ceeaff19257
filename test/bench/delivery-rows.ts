// The rows of the delivery benchmark: what is done, with which servers beside ours. Caller: delivery-benchmark.ts.
import { compare } from './benchmark.ts';
import { takeTurns } from './delivery-contest.ts';
import { measureHttpVersions } from './http-versions-row.ts';
import { reportBytes, reportCounts, type Report } from './delivery-figures.ts';
import type { Door } from './delivery-clients.ts';
import type { SmallFiles } from './delivery-consign.ts';
import type { DeliveryStage } from './delivery-stage.ts';
import { memoryBytes, processCount } from './delivery-processes.ts';
import { logInAndOut, openSessions, type FtpSession } from './delivery-sessions.ts';

/** Measures one row, and reports its figures. */
export type MeasureRow = (stage: DeliveryStage, report: Report) => Promise<void>;

const mebibyte = 1024 ** 2;
const streams = 8;
const logins = { count: 500, atOnce: 50 } as const;
const idleSessions = { few: 300, many: 2000 } as const;

/** Name to row, in the order of running. */
export const deliveryRows: ReadonlyMap<string, MeasureRow> = new Map<string, MeasureRow>([
  ['ftp', measureFtp],
  ['ftp-streams', measureStreams],
  ['ftps', measureFtps],
  ['https', measureHttps],
  ['sftp-aes', (stage, report) => measureSftp(stage, report, 'aes128-gcm@openssh.com')],
  ['sftp-chacha', (stage, report) => measureSftp(stage, report, 'chacha20-poly1305@openssh.com')],
  ['http2', measureHttpVersions],
  ['small-files', measureSmallFiles],
  ['logins', measureLogins],
  ['memory', measureMemory],
]);

async function measureFtp(stage: DeliveryStage, report: Report): Promise<void> {
  const { clients, consign, ours } = stage;
  const fetch = (door: typeof ours.ftp) => (): Promise<void> =>
    clients.fetchByFtp(door, [consign.large], { tls: false });
  const [vsftpd, proftpd] = [await stage.vsftpd(), await stage.proftpd()];
  const turns = await takeTurns(stage.plan, [
    { pid: ours.pid, run: fetch(ours.ftp) },
    { pid: vsftpd.pid, name: vsftpd.name, run: fetch(vsftpd.door) },
    { pid: proftpd.pid, name: proftpd.name, run: fetch(proftpd.door) },
  ]);
  reportBytes({ report, what: 'FTP, 1 stream', bytes: stage.sizes.largeBytes }, turns);
}

async function measureStreams(stage: DeliveryStage, report: Report): Promise<void> {
  const { clients, consign, ours } = stage;
  const fetch = (door: typeof ours.ftp) => async (): Promise<void> => {
    const one = (): Promise<void> => clients.fetchByFtp(door, [consign.large], { tls: false });
    await Promise.all(Array.from({ length: streams }, one));
  };
  const vsftpd = await stage.vsftpd();
  const turns = await takeTurns(stage.plan, [
    { pid: ours.pid, run: fetch(ours.ftp) },
    { pid: vsftpd.pid, name: vsftpd.name, run: fetch(vsftpd.door) },
  ]);
  reportBytes({ report, what: `FTP, ${streams} streams`, bytes: streams * stage.sizes.largeBytes }, turns);
}

async function measureFtps(stage: DeliveryStage, report: Report): Promise<void> {
  const { clients, consign, ours } = stage;
  const fetch = (door: typeof ours.ftp) => (): Promise<void> =>
    clients.fetchByFtp(door, [consign.large], { tls: true });
  const [vsftpd, nginx] = [await stage.vsftpd(), await stage.nginx()];
  const turns = await takeTurns(stage.plan, [
    { pid: ours.pid, run: fetch(ours.ftp) },
    { pid: vsftpd.pid, name: vsftpd.name, run: fetch(vsftpd.door) },
    nginx.fetching,
  ]);
  reportBytes({ report, what: 'FTPS, 1 stream', bytes: stage.sizes.largeBytes }, turns);
}

async function measureHttps(stage: DeliveryStage, report: Report): Promise<void> {
  const { clients, consign, ours } = stage;
  const nginx = await stage.nginx();
  const turns = await takeTurns(stage.plan, [
    { pid: ours.pid, run: () => clients.fetchByHttps(consign.url, ours.ftp.caFile) },
    nginx.fetching,
  ]);
  reportBytes({ report, what: 'HTTPS, 1 stream', bytes: stage.sizes.largeBytes }, turns);
}

async function measureSftp(stage: DeliveryStage, report: Report, cipher: string): Promise<void> {
  const { clients, consign, ours } = stage;
  const openssh = await stage.openssh();
  const turns = await takeTurns(stage.plan, [
    { pid: ours.pid, run: () => clients.fetchBySftp(ours.sftp, consign.large, cipher) },
    {
      pid: openssh.pid,
      name: openssh.name,
      run: () => clients.fetchBySftp(openssh.door, consign.large, cipher),
    },
  ]);
  reportBytes({ report, what: `SFTP, ${cipher.split('@')[0]}`, bytes: stage.sizes.largeBytes }, turns);
}

async function measureSmallFiles(stage: DeliveryStage, report: Report): Promise<void> {
  const { clients, consign, ours, sizes } = stage;
  const fetch = (doorOf: (files: SmallFiles) => Door) => async (): Promise<void> => {
    for (const files of consign.small)
      await clients.mirrorByFtp(doorOf(files), { product: files.product, files: files.count });
  };
  const own = ({ login: user, password }: SmallFiles): Door => ({ ...ours.ftp, user, password });
  const [vsftpd, proftpd] = [await stage.vsftpd(), await stage.proftpd()];
  const turns = await takeTurns(stage.plan, [
    { pid: ours.pid, run: fetch(own) },
    { pid: vsftpd.pid, name: vsftpd.name, run: fetch(() => vsftpd.door) },
    { pid: proftpd.pid, name: proftpd.name, run: fetch(() => proftpd.door) },
  ]);
  const connections = `${consign.small.length} connections one after the other`;
  const what = `FTP, ${sizes.smallFiles} files of ${sizes.smallBytes} bytes, ${connections}`;
  reportCounts({ report, what, metric: 'files', count: sizes.smallFiles }, turns);
}

async function measureLogins(stage: DeliveryStage, report: Report): Promise<void> {
  const { ours } = stage;
  const logIn = (door: typeof ours.ftp) => (): Promise<void> =>
    logInAndOut(door, logins.count, logins.atOnce);
  const [vsftpd, proftpd] = [await stage.vsftpd(), await stage.proftpd()];
  const turns = await takeTurns(stage.plan, [
    { pid: ours.pid, run: logIn(ours.ftp) },
    { pid: vsftpd.pid, name: vsftpd.name, run: logIn(vsftpd.door) },
    { pid: proftpd.pid, name: proftpd.name, run: logIn(proftpd.door) },
  ]);
  const what = `FTP, ${logins.atOnce} logins at once`;
  reportCounts({ report, what, metric: 'logins', count: logins.count }, turns);
}

/** Of the FTP node alone: stager and session servers. */
async function measureMemory(stage: DeliveryStage, report: Report): Promise<void> {
  const { ours } = stage;
  const vsftpd = await stage.vsftpd();
  const peer = `${vsftpd.name}, ${idleSessions.few} sessions`;
  const theirs = await measureIdle(vsftpd.door, vsftpd.pid, idleSessions.few);
  const other = { peer: `${peer} in ${theirs.processes} processes`, value: theirs.mebibytes };
  for (const count of [0, idleSessions.few, idleSessions.many]) {
    const { mebibytes, processes } = await measureIdle(ours.ftp, ours.nodePid, count);
    const what = `${count} idle FTP sessions, ${processes} processes`;
    const row = { bench: 'delivery', case: what, metric: 'memory', unit: 'MiB' };
    report(compare(row, mebibytes, count === 0 ? null : other));
  }
}

async function measureIdle(door: DeliveryStage['ours']['ftp'], pid: number, count: number) {
  let sessions: FtpSession[] = [];
  try {
    sessions = await openSessions(door, count, logins.atOnce);
    return { mebibytes: memoryBytes(pid) / mebibyte, processes: processCount(pid) };
  } finally {
    await Promise.all(sessions.map((session) => session.quit()));
  }
}
