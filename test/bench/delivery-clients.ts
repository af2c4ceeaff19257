// The clients of the delivery benchmark, the same for every server: curl and OpenSSH's sftp, which throw away what they
// fetch, and lftp for many files. (curl 7.88 that fetches many over one connection waits a second of its own accord
// whenever the answer to its EPSV is there before it first looks, so on a loopback it measures itself.) Passwords are never
// arguments. Caller: delivery-rows.ts.
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../rig/run-program.ts';
import { getPeerProgram, type PeerProgram } from './delivery-packages.ts';

/** Where a client goes, and as whom. */
export interface Door {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM, of who vouches for the server. */
  readonly caFile: string;
}

/** How sftp shows who it is. */
export interface SftpDoor {
  readonly port: number;
  readonly user: string;
  /** A password, or the file of a private key. */
  readonly credential: { readonly password: string } | { readonly keyFile: string };
}

/** As curl calls them. */
export type HttpVersion = 'http1.1' | 'http2';

/** What all fetching with TLS is encrypted with: the fastest that everybody here has. */
const tlsOptions = ['tlsv1.3', 'tls13-ciphers = "TLS_AES_128_GCM_SHA256"'];

/** The clients. `open` finds them, or unpacks them into `folder`. */
export class DeliveryClients {
  readonly #curl: PeerProgram;
  readonly #sftp: PeerProgram;
  readonly #lftp: PeerProgram;
  readonly #folder: string;
  readonly #askPassFile: string;

  private constructor(
    programs: { curl: PeerProgram; sftp: PeerProgram; lftp: PeerProgram },
    folder: string,
    askPassFile: string,
  ) {
    this.#curl = programs.curl;
    this.#sftp = programs.sftp;
    this.#lftp = programs.lftp;
    this.#folder = folder;
    this.#askPassFile = askPassFile;
  }

  /** Gets the programs. */
  static async open(folder: string): Promise<DeliveryClients> {
    const askPassFile = join(folder, 'ask-password');
    await writeFile(askPassFile, '#!/bin/sh\nprintf "%s\\n" "$CONSIGN_PASSWORD"\n', { mode: 0o700 });
    const curl = await getPeerProgram(folder, 'curl', '/usr/bin/curl');
    const sftp = await getPeerProgram(folder, 'openssh-client', '/usr/bin/sftp');
    const lftp = await getPeerProgram(folder, 'lftp', '/usr/bin/lftp');
    return new DeliveryClients({ curl, sftp, lftp }, folder, askPassFile);
  }

  /** Fetches these files over one connection; with `tls`, both of its channels are encrypted. */
  async fetchByFtp(door: Door, paths: readonly string[], { tls }: { tls: boolean }): Promise<void> {
    const user = `user = "${door.user}:${door.password}"`;
    const options = [user, 'ftp-method = "nocwd"', ...(tls ? ['ssl-reqd', ...tlsOptions] : [])];
    const urls = paths.map((path) => `ftp://localhost:${door.port}/${path}`);
    await this.#fetchAll(urls, [...options, `cacert = "${door.caFile}"`]);
  }

  /** Mirrors a product over one connection, as a customer would; throws unless that is so many files. */
  async mirrorByFtp(door: Door, { product, files }: { product: string; files: number }): Promise<void> {
    const target = await mkdtemp(join(this.#folder, 'mirror-'));
    const input = [
      'set ftp:ssl-allow no',
      'set cmd:fail-exit yes',
      `open -u "${door.user}","${door.password}" -p ${door.port} ftp://127.0.0.1`,
      `mirror --parallel=1 "/${product}" "${target}"`,
      '',
    ].join('\n');
    const environment = { ...this.#lftp.environment, HOME: target };
    const { code, stderr } = await runProgram(this.#lftp.path, ['--norc'], { environment, input });
    if (code !== 0) throw new Error(`lftp ended with ${code}: ${stderr}`);
    const fetched = (await readdir(target, { recursive: true })).filter((name) =>
      name.endsWith('.bin'),
    ).length;
    if (fetched !== files) throw new Error(`lftp fetched ${fetched} of ${files} files.`);
  }

  /** Fetches one file; over this version of HTTP. */
  async fetchByHttps(url: string, caFile: string, version: HttpVersion = 'http1.1'): Promise<void> {
    await this.#fetchAll([url], [...tlsOptions, version, `cacert = "${caFile}"`]);
  }

  /** Fetches one file with this cipher. */
  async fetchBySftp(door: SftpDoor, path: string, cipher: string): Promise<void> {
    const { credential } = door;
    const options = [
      ['StrictHostKeyChecking', 'no'],
      ['UserKnownHostsFile', '/dev/null'],
      ['LogLevel', 'ERROR'],
      ['IdentitiesOnly', 'yes'],
      ['Ciphers', cipher],
      ...('keyFile' in credential
        ? [['IdentityFile', credential.keyFile]]
        : [['PreferredAuthentications', 'password']]),
    ].map(([name, value]) => `-o${name}=${value}`);
    const ssh = join(this.#sftp.path, '../ssh');
    const args = ['-q', '-F', '/dev/null', '-S', ssh, ...options, '-P', String(door.port)];
    const environment = {
      ...this.#sftp.environment,
      ...('password' in credential ? { CONSIGN_PASSWORD: credential.password } : {}),
      SSH_ASKPASS: this.#askPassFile,
      SSH_ASKPASS_REQUIRE: 'force',
    };
    const input = `get ${path} /dev/null\n`;
    const place = [`${door.user}@localhost`];
    const result = await runProgram(this.#sftp.path, [...args, ...place], { environment, input });
    if (result.code !== 0 || result.stderr !== '') throw new Error(`sftp: ${result.code}, ${result.stderr}`);
  }

  async #fetchAll(urls: readonly string[], options: readonly string[]): Promise<void> {
    const lines = urls.flatMap((url) => [`url = "${url}"`, 'output = "/dev/null"']);
    const input = ['silent', 'show-error', 'fail', 'ipv4', ...options, ...lines, ''].join('\n');
    const { environment } = this.#curl;
    const { code, stderr } = await runProgram(this.#curl.path, ['-q', '-K', '-'], { environment, input });
    if (code !== 0) throw new Error(`curl ended with ${code}: ${stderr}`);
  }
}
