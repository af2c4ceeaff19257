// Gets the servers that we are measured against from Debian. What is installed is used; what is not is unpacked, with the
// libraries that it needs, into the benchmark's own folder, so that nothing is installed and packages that conflict
// (vsftpd and proftpd-core) can stand side by side. Caller: delivery-peers.ts. Trusts apt's own signatures.
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../rig/run-program.ts';

/** A program that can be started, and what its environment needs. */
export interface PeerProgram {
  readonly path: string;
  /** As Debian numbers it. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What the package's other files are under: empty for the system's own. */
  readonly root: string;
}

/** Finds `path` (absolute) of `packageName`, or unpacks it below `folder`. Throws when apt can't give it. */
export async function getPeerProgram(
  folder: string,
  packageName: string,
  path: string,
): Promise<PeerProgram> {
  if (existsSync(path)) return { path, version: await installedVersion(path), environment: {}, root: '' };
  const root = join(folder, packageName);
  await mkdir(root, { recursive: true });
  const needed = await neededPackages(packageName);
  await runApt(['apt-get', 'download', ...needed.keys()], root);
  for (const file of await readdir(root)) {
    if (file.endsWith('.deb')) await runApt(['dpkg', '-x', file, '.'], root);
  }
  const libraries = (await readdir(join(root, 'usr/lib'))).filter((name) => name.endsWith('-linux-gnu'));
  const searched = libraries.flatMap((name) => [join(root, 'usr/lib', name), join(root, 'lib', name)]);
  return {
    path: join(root, path),
    version: needed.get(packageName) ?? 'unknown',
    environment: { LD_LIBRARY_PATH: searched.join(':') },
    root,
  };
}

/** The package and what it needs that is not installed, with versions; apt is asked what it would install. */
async function neededPackages(packageName: string): Promise<Map<string, string>> {
  const ask = ['apt-get', '-s', 'install', '--no-install-recommends', packageName];
  const simulated = await runApt(ask, '/').catch(async () => {
    // A fresh machine has no lists yet.
    await runApt(['apt-get', 'update', '-q'], '/');
    return await runApt(ask, '/');
  });
  const matches = simulated.matchAll(/^Inst (\S+)(?: \[[^\]]*\])? \((\S+)/gm);
  return new Map([...matches].map(([, name = '', version = '']) => [name, version]));
}

async function installedVersion(path: string): Promise<string> {
  const owner = (await runApt(['dpkg', '-S', path], '/')).split(':')[0] ?? '';
  return (await runApt(['dpkg-query', '-W', '-f=${Version}', owner], '/')).trim();
}

async function runApt([command = '', ...args]: readonly string[], directory: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, args, {
    directory,
    environment: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}
