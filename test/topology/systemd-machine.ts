// A machine of the topology: a network namespace in which a systemd of its own has been booted (systemd-nspawn), on a file
// system that is this machine's own beneath whatever is written there, which lies in memory and is gone afterwards. So units
// run as they do elsewhere, with all their restrictions. Needs root. Callers: topology.ts and the tests of it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ip } from '../rig/network-machines.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram, type ProgramResult } from '../rig/run-program.ts';
import { waitFor } from '../rig/running-consign.ts';

/** This version of Consign. */
export const repository = join(import.meta.dirname, '..', '..');
const bootTimeoutMs = 240_000;
const stopTimeoutMs = 90_000;
const searchPath = '/opt/consign/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** What this machine would start at boot by itself is not what is tested. */
const wants = ['multi-user', 'sockets', 'timers', 'graphical', 'network-online', 'getty'];
const masked = ['systemd-firstboot.service', 'systemd-resolved.service', 'systemd-logind.service'];

/** Which machine to make. */
export interface MachinePlan {
  readonly name: string;
  readonly address: string;
  /** /etc/hosts of all machines. */
  readonly hosts: string;
  /** The folder that is /opt/consign there. */
  readonly program: string;
}

/** One machine. */
export class SystemdMachine {
  readonly name: string;
  readonly address: string;
  readonly namespace: string;
  readonly #folder: string;
  readonly #hosts: string;
  readonly #program: string;
  #container: ChildProcess | null = null;
  #leader = 0;
  #said = '';

  /** Makes its network namespace; nothing runs yet. `folder` is in memory, and the caller removes it. */
  constructor({ name, address, hosts, program }: MachinePlan, folder: string) {
    this.name = name;
    this.address = address;
    this.namespace = `cst${process.pid}${name}`;
    this.#folder = join(folder, name);
    this.#hosts = hosts;
    this.#program = program;
    ip('netns', 'add', this.namespace);
    ip('-n', this.namespace, 'link', 'set', 'lo', 'up');
    for (const part of ['over', 'work', 'root', 'state'])
      mkdirSync(join(this.#folder, part), { recursive: true });
    const layers = ['over', 'work'].map((part) => join(this.#folder, part));
    const options = `lowerdir=/,upperdir=${layers[0]},workdir=${layers[1]}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, this.root]);
    this.#furnish();
  }

  /** Where this machine's files are, as seen from outside. */
  get root(): string {
    return join(this.#folder, 'root');
  }

  /** What gives a person a shell here. */
  get enterCommand(): string {
    return `nsenter --target ${this.#leader} --all bash --login`;
  }

  /** Boots; resolves when systemd has come to the end of it. */
  async boot(): Promise<void> {
    const options = [
      '--quiet',
      `--directory=${this.root}`,
      // Its name on this machine, where other topologies may be up at the same time.
      `--machine=${this.namespace}`,
      `--hostname=${this.name}`,
      '--register=no',
      '--keep-unit',
      `--network-namespace-path=/run/netns/${this.namespace}`,
      '--capability=CAP_NET_ADMIN',
      '--resolv-conf=off',
      '--timezone=off',
      `--bind-ro=${this.#program}:/opt/consign`,
      `--bind-ro=${repository}:/opt/consign-next`,
      `--bind=${join(this.#folder, 'state')}:/var/lib/consign`,
      '--console=pipe',
      '--boot',
    ];
    const container = spawn(...plainCommand('systemd-nspawn', options), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#container = container;
    for (const stream of [container.stdout, container.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    await waitFor(`${this.name} to boot`, () => this.#isUp(), bootTimeoutMs);
  }

  /** Runs a program here to its end. */
  run(command: string, args: readonly string[] = [], input = ''): Promise<ProgramResult> {
    return runProgram('nsenter', this.#entering(command, args), { input });
  }

  /** Runs a script in a login shell, which ends at its first failing command. Throws with what it said when it fails. */
  async shell(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run('bash', [
      '--login',
      '-c',
      `set -euo pipefail\n${script}`,
    ]);
    if (code !== 0) throw new Error(`On ${this.name}, code ${code}:\n${script}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Starts a program here that goes on; it ends with the machine. */
  start(command: string, args: readonly string[]): ChildProcess {
    return spawn('nsenter', this.#entering(command, args), { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Has /opt/consign lead to this version from now on, for whatever is started then. */
  async upgrade(): Promise<void> {
    await this.shell('mount --rbind /opt/consign-next /opt/consign');
  }

  /** Cuts the power: every process here is gone at once, what was written stays. */
  async cutPower(): Promise<void> {
    const container = this.#container;
    if (container === null) return;
    this.#container = null;
    const hasEnded = (): boolean => container.exitCode !== null || container.signalCode !== null;
    if (!hasEnded()) {
      if (this.#leader > 0) process.kill(this.#leader, 'SIGKILL');
      else container.kill('SIGKILL');
    }
    await waitFor(`${this.name} to end`, hasEnded, stopTimeoutMs);
    this.#leader = 0;
  }

  /** Takes everything away. */
  async remove(): Promise<void> {
    await this.cutPower();
    execFileSync('umount', [this.root]);
    ip('netns', 'delete', this.namespace);
  }

  #furnish(): void {
    const at = (...path: string[]): string => join(this.root, 'etc', ...path);
    for (const name of wants)
      rmSync(at('systemd', 'system', `${name}.target.wants`), { recursive: true, force: true });
    mkdirSync(at('systemd', 'system'), { recursive: true });
    for (const name of masked) {
      rmSync(at('systemd', 'system', name), { force: true });
      execFileSync('ln', ['-s', '/dev/null', at('systemd', 'system', name)]);
    }
    rmSync(at('machine-id'), { force: true });
    writeFileSync(at('machine-id'), `${randomBytes(16).toString('hex')}\n`);
    rmSync(at('hosts'), { force: true });
    writeFileSync(at('hosts'), this.#hosts);
    writeFileSync(at('hostname'), `${this.name}\n`);
    rmSync(at('nftables.conf'), { force: true });
  }

  async #isUp(): Promise<boolean> {
    const container = this.#container;
    if (container?.exitCode !== null) throw new Error(`${this.name} did not boot: ${this.#said}`);
    this.#leader = findChild(container.pid ?? 0);
    if (this.#leader === 0) return false;
    const { stdout } = await this.run('systemctl', ['is-system-running']);
    return ['running', 'degraded'].includes(stdout.trim());
  }

  #entering(command: string, args: readonly string[]): string[] {
    const environment = [
      `PATH=${searchPath}`,
      'HOME=/root',
      'LANG=C.UTF-8',
      'CONSIGN_STATE=/var/lib/consign',
    ];
    return [
      '-t',
      String(this.#leader),
      '-m',
      '-u',
      '-i',
      '-n',
      '-p',
      '-r',
      '-w',
      'env',
      '-i',
      ...environment,
      command,
      ...args,
    ];
  }
}

/** systemd-nspawn's child, which is process 1 in there; 0 while there is none. */
function findChild(parent: number): number {
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const [, , ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/\(.*\)/, 'x')
        .split(' ')
        .slice(1);
      return Number(ppid) === parent && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('systemd');
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  });
  return Number(found ?? 0);
}
