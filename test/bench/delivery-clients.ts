// The clients of the delivery benchmark, the same for every server: curl and OpenSSH's sftp, which throw away what they
// fetch. Passwords are never arguments. Caller: delivery-rows.ts.
import { writeFile } from 'node:fs/promises';
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

/** What all fetching with TLS is encrypted with: the fastest that everybody here has. */
const tlsOptions = ['tlsv1.3', 'tls13-ciphers = "TLS_AES_128_GCM_SHA256"'];

/** The clients. `open` finds them, or unpacks them into `folder`. */
export class DeliveryClients {
  readonly #curl: PeerProgram;
  readonly #sftp: PeerProgram;
  readonly #askPassFile: string;

  private constructor(curl: PeerProgram, sftp: PeerProgram, askPassFile: string) {
    this.#curl = curl;
    this.#sftp = sftp;
    this.#askPassFile = askPassFile;
  }

  /** Gets the programs. */
  static async open(folder: string): Promise<DeliveryClients> {
    const askPassFile = join(folder, 'ask-password');
    await writeFile(askPassFile, '#!/bin/sh\nprintf "%s\\n" "$CONSIGN_PASSWORD"\n', { mode: 0o700 });
    const curl = await getPeerProgram(folder, 'curl', '/usr/bin/curl');
    const sftp = await getPeerProgram(folder, 'openssh-client', '/usr/bin/sftp');
    return new DeliveryClients(curl, sftp, askPassFile);
  }

  /** Fetches these files over one connection; with `tls`, both of its channels are encrypted. */
  async fetchByFtp(door: Door, paths: readonly string[], { tls }: { tls: boolean }): Promise<void> {
    const user = `user = "${door.user}:${door.password}"`;
    const options = [user, 'ftp-method = "nocwd"', ...(tls ? ['ssl-reqd', ...tlsOptions] : [])];
    const urls = paths.map((path) => `ftp://localhost:${door.port}/${path}`);
    await this.#fetchAll(urls, [...options, `cacert = "${door.caFile}"`]);
  }

  /** Fetches one file. */
  async fetchByHttps(url: string, caFile: string): Promise<void> {
    await this.#fetchAll([url], [...tlsOptions, `cacert = "${caFile}"`]);
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
