// Delivery beside the C servers from Debian, in one run and in turns: throughput and processor time of FTP, FTPS, HTTPS and
// SFTP, small files, logins, memory. On our side everything is as customers have it: the jail, the records of every
// transfer, each login decided by internal-db. Root is needed, for the jail and for the others' chroot.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, BenchmarkOptions } from './benchmark.ts';
import { deliveryRows } from './delivery-rows.ts';
import { openStage } from './delivery-stage.ts';

const mebibyte = 1024 ** 2;
const full = { rounds: 5, warmUps: 1, largeMebibytes: 1024, smallFiles: 10_000 } as const;
const quick = { rounds: 1, warmUps: 1, largeMebibytes: 256, smallFiles: 1000 } as const;
const smallBytes = 1024;

/** The benchmark `delivery`. Its files are in the memory: in the page cache, or in a tmpfs where TMPDIR names one. */
export const measureDelivery: Benchmark = async (report, options) => {
  if (process.geteuid?.() !== 0) throw new Error('This benchmark must be run as root.');
  const names = chooseRows(options);
  const { rounds, warmUps, largeMebibytes, smallFiles } = options.quick ? quick : full;
  const largeBytes = (options.sizeMebibytes ?? largeMebibytes) * mebibyte;
  const plan = { rounds, warmUps };
  const cleanups: (() => Promise<void>)[] = [];
  const cleanUp = async (): Promise<void> => {
    for (let next = cleanups.shift(); next !== undefined; next = cleanups.shift()) await next();
  };
  const onSignal = (): void => void cleanUp().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    const folder = await mkdtemp(join(tmpdir(), 'consign-bench-'));
    cleanups.unshift(() => rm(folder, { recursive: true, force: true }));
    // Other servers' users walk through it.
    await chmod(folder, 0o755);
    const t = { teardown: (done: () => Promise<void>) => void cleanups.unshift(done) };
    const needsSmall = names.includes('small-files');
    const sizes = { largeBytes, smallFiles: needsSmall ? smallFiles : 0, smallBytes };
    const stage = await openStage(t, folder, { plan, sizes });
    for (const name of names) await deliveryRows.get(name)?.(stage, report);
  } finally {
    await cleanUp();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
};

function chooseRows({ only }: BenchmarkOptions): string[] {
  const all = [...deliveryRows.keys()];
  const unknown = only.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(`No such row: ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  return only.length === 0 ? all : all.filter((name) => only.includes(name));
}
