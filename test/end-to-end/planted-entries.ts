// What somebody with root might leave in an account's directory, by mistake or to let a customer out: links of every
// kind, pipes, sockets, devices. Callers: the tests of escape attempts.
import { mkdirSync, lstatSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { runProgram } from '../rig/run-program.ts';

/** What was planted: the names in the account's directory, and the paths that lead on through them. */
export interface Planted {
  readonly paths: readonly string[];
  /** Throws when one of them is gone: then the attempts at it proved nothing. */
  readonly assertThere: () => void;
}

/** Plants everything in `directory`, an account's; `otherAccountFile` is relative to the accounts directory. */
export async function plantEntries(
  t: Test,
  directory: string,
  targets: { otherAccountFile: string; artifactFile: string; marker: string },
): Promise<Planted> {
  const { otherAccountFile, artifactFile, marker } = targets;
  const [otherAccount = '', ...rest] = otherAccountFile.split('/');
  const links: Readonly<Record<string, string>> = {
    'link-host': '/etc/passwd',
    'link-host-directory': '/etc',
    'link-root': '/',
    'link-marker': marker,
    'link-artifact': artifactFile,
    'link-jailed': `/${otherAccountFile}`,
    'link-relative': `../${otherAccountFile}`,
    'link-account': `../${otherAccount}`,
    'link-up': '..',
    'link-self': 'link-self',
    'link-dangling': 'nowhere',
    'link-own': 'tool',
    'link-chain': 'link-account',
    'tool/link-deep': `../../${otherAccountFile}`,
  };
  mkdirSync(join(directory, 'tool'), { recursive: true });
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(directory, name));
  const nodes: readonly (readonly [string, ...string[]])[] = [
    ['pipe', 'p'],
    ['device-null', 'c', '1', '3'],
    ['device-zero', 'c', '1', '5'],
    ['device-block', 'b', '7', '0'],
  ];
  for (const [name, ...kind] of nodes) {
    const made = await runProgram('mknod', ['-m', '666', join(directory, name), ...kind]);
    if (made.code !== 0) throw new Error(`mknod, which takes root: ${made.stderr}`);
  }
  const socket = createServer().listen(join(directory, 'socket'));
  t.teardown(() => new Promise((resolve) => socket.close(resolve)));
  const names = [...Object.keys(links), ...nodes.map(([name]) => name), 'socket'];
  return {
    paths: [
      ...names.map((name) => `/${name}`),
      ...names.map((name) => `/${name}/`),
      '/link-host-directory/passwd',
      '/link-root/etc/passwd',
      `/link-root/${otherAccountFile}`,
      `/link-account/${rest.join('/')}`,
      `/link-chain/${rest.join('/')}`,
      `/link-up/${otherAccountFile}`,
      `/link-up/${otherAccount}`,
      '/link-own/1.0.0/tool.bin',
    ],
    assertThere: () => {
      for (const name of names) lstatSync(join(directory, name));
    },
  };
}
