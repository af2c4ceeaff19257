// An older version of Consign in a folder of its own, to be upgraded from: a commit's files, with the packages that are installed here.
// Called by the test of the upgrade. Needs root, and the repository's history.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './systemd-machine.ts';

/** The checkout. */
export interface OlderVersion {
  readonly commit: string;
  readonly folder: string;
  remove(): void;
}

/** Checks out CONSIGN_UPGRADE_FROM, else the commit before the newest one; the newest where there is no other. */
export function checkOutOlderVersion(): OlderVersion {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' });
  const wanted = process.env['CONSIGN_UPGRADE_FROM'];
  const commit =
    git('rev-list', '--max-count=2', wanted ?? 'HEAD')
      .trim()
      .split('\n')
      .at(wanted ? 0 : -1) ?? 'HEAD';
  const folder = mkdtempSync(join(tmpdir(), 'consign-older-'));
  // The programs' own users read it.
  chmodSync(folder, 0o755);
  const files = join(folder, 'files.tar');
  git('archive', '--output', files, commit);
  execFileSync('tar', ['--extract', '--file', files, '--directory', folder]);
  // The walls and the balancer are no part of what is upgraded, and the runbook's other chapters are for these.
  for (const part of ['nftables', 'balancer'])
    cpSync(join(repository, 'deploy', part), join(folder, 'deploy', part), { recursive: true });
  const packages = join(folder, 'node_modules');
  mkdirSync(packages);
  execFileSync('mount', ['--bind', join(repository, 'node_modules'), packages]);
  execFileSync('mount', ['-o', 'remount,bind,ro', packages]);
  const remove = (): void => {
    execFileSync('umount', [packages]);
    rmSync(folder, { recursive: true });
  };
  return { commit, folder, remove };
}
