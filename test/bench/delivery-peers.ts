// vsftpd, ProFTPD, nginx and OpenSSH with the settings that make them fastest, all serving the very files (the same
// inodes) that the FTP node has staged. Nobody logs a connection, nobody asks a name server, FTP's logins are anonymous:
// no password is looked up. Callers: delivery-benchmark.ts and the rows.
import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { runProgram } from '../rig/run-program.ts';
import { getPeerProgram } from './delivery-packages.ts';
import { startPeerProcess, type PeerProcess } from './delivery-peer-process.ts';

/** A server that is measured. Paths are relative to its root. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  readonly process: PeerProcess;
  /** The certificate that it shows, or the client's private key for it. */
  readonly file: string;
}

/** Where the peers' files are, and what they serve. */
export interface PeerPlace {
  readonly folder: string;
  readonly served: string;
}

/** Starts a peer. */
export type StartPeer = (place: PeerPlace) => Promise<Peer>;

/** An unprivileged user that every Debian has. */
const anonymousUser = { name: 'games', group: 'games' } as const;
/** How far behind the control port the passive ports begin, and where they end: within one row of free ports. */
const passiveOffset = { from: 10, to: 59 } as const;

/** FTP and FTPS. sendfile(2) is its default; its seccomp filter kills it on today's kernels. */
export const startVsftpd: StartPeer = async ({ folder, served }) => {
  const program = await getPeerProgram(folder, 'vsftpd', '/usr/sbin/vsftpd');
  const port = await findFreePortBase();
  const { certificateFile, keyFile } = await writeCertificate(folder);
  const emptyFolder = join(folder, 'empty');
  await mkdir(emptyFolder, { recursive: true, mode: 0o755 });
  const settings = {
    listen: 'YES',
    listen_address: '127.0.0.1',
    listen_port: port,
    background: 'NO',
    anonymous_enable: 'YES',
    no_anon_password: 'NO',
    ftp_username: anonymousUser.name,
    anon_root: served,
    secure_chroot_dir: emptyFolder,
    pasv_min_port: port + passiveOffset.from,
    pasv_max_port: port + passiveOffset.to,
    xferlog_enable: 'NO',
    use_sendfile: 'YES',
    seccomp_sandbox: 'NO',
    tcp_wrappers: 'NO',
    max_clients: 0,
    max_per_ip: 0,
    ssl_enable: 'YES',
    allow_anon_ssl: 'YES',
    force_anon_logins_ssl: 'NO',
    force_anon_data_ssl: 'NO',
    require_ssl_reuse: 'NO',
    ssl_ciphers: 'HIGH',
    rsa_cert_file: certificateFile,
    rsa_private_key_file: keyFile,
  };
  const text = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  const configuration = await writeConfiguration(folder, 'vsftpd.conf', text);
  const process = await startPeerProcess(program, [configuration], port);
  return { name: `vsftpd ${program.version}`, port, process, file: certificateFile };
};

/** FTP. */
export const startProftpd: StartPeer = async ({ folder, served }) => {
  const program = await getPeerProgram(folder, 'proftpd-core', '/usr/sbin/proftpd');
  const port = await findFreePortBase();
  const { name, group } = anonymousUser;
  const text = `ServerName benchmark
ServerType standalone
DefaultAddress 127.0.0.1
SocketBindTight on
Port ${port}
PassivePorts ${port + passiveOffset.from} ${port + passiveOffset.to}
User nobody
Group nogroup
ScoreboardFile none
PidFile ${join(folder, 'proftpd.pid')}
DelayTable none
UseReverseDNS off
UseFtpUsers off
SystemLog none
TransferLog none
WtmpLog off
UseSendfile on
MaxInstances none
<Anonymous ${served}>
  User ${name}
  Group ${group}
  UserAlias ftp ${name}
  RequireValidShell off
</Anonymous>
`;
  const configuration = await writeConfiguration(folder, 'proftpd.conf', [text]);
  const process = await startPeerProcess(program, ['-n', '-q', '-c', configuration], port);
  return { name: `ProFTPD ${program.version}`, port, process, file: '' };
};

/** Behind its port, on the next one, nginx speaks HTTP/2 too. */
export const http2PortOffset = 1;

/** HTTPS. KTLS lets the kernel encrypt behind sendfile(2), where the kernel can. */
export const startNginx: StartPeer = async ({ folder, served }) => {
  const program = await getPeerProgram(folder, 'nginx-light', '/usr/sbin/nginx');
  const port = await findFreePortBase();
  const { certificateFile, keyFile } = await writeCertificate(folder);
  const text = `daemon off;
worker_processes ${availableParallelism()};
pid ${join(folder, 'nginx.pid')};
error_log stderr error;
user ${anonymousUser.name};
events { worker_connections 4096; multi_accept on; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=20000;
  http2_chunk_size 16k;
  client_body_temp_path ${join(folder, 'nginx-body')};
  proxy_temp_path ${join(folder, 'nginx-proxy')};
  fastcgi_temp_path ${join(folder, 'nginx-fastcgi')};
  uwsgi_temp_path ${join(folder, 'nginx-uwsgi')};
  scgi_temp_path ${join(folder, 'nginx-scgi')};
  server {
    listen 127.0.0.1:${port} ssl;
    listen 127.0.0.1:${port + http2PortOffset} ssl http2;
    root ${served};
    ssl_certificate ${certificateFile};
    ssl_certificate_key ${keyFile};
    ssl_protocols TLSv1.3;
    ssl_conf_command Options KTLS;
    ssl_buffer_size 16k;
  }
}
`;
  const configuration = await writeConfiguration(folder, 'nginx.conf', [text]);
  const process = await startPeerProcess(program, ['-p', folder, '-e', 'stderr', '-c', configuration], port);
  return { name: `nginx ${program.version}`, port, process, file: certificateFile };
};

/** SFTP, for root, who logs in with a key of this benchmark's own. */
export const startOpenssh: StartPeer = async ({ folder, served }) => {
  const program = await getPeerProgram(folder, 'openssh-server', '/usr/sbin/sshd');
  const port = await findFreePortBase();
  const [hostKey, userKey] = [join(folder, 'host_key'), join(folder, 'user_key')];
  for (const key of [hostKey, userKey])
    await runProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  // It will not start without this folder, nor without a user of its own.
  if (program.root !== '') throw new Error('Install openssh-server: its user can not be unpacked.');
  const made = await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const text = `ListenAddress 127.0.0.1:${port}
HostKey ${hostKey}
PidFile none
AuthorizedKeysFile ${userKey}.pub
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
UseDNS no
LogLevel QUIET
MaxStartups 1000
Subsystem sftp internal-sftp -d ${served}
`;
  const configuration = await writeConfiguration(folder, 'sshd_config', [text]);
  const process = await startPeerProcess(program, ['-D', '-e', '-f', configuration], port);
  const stop = async (): Promise<void> => {
    await process.stop();
    if (made !== undefined) await rmdir(made);
  };
  return { name: `OpenSSH ${program.version}`, port, process: { ...process, stop }, file: userKey };
};

async function writeConfiguration(folder: string, name: string, parts: readonly string[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, parts.join(''));
  return file;
}

async function writeCertificate(folder: string): Promise<{ certificateFile: string; keyFile: string }> {
  const files = { certificateFile: join(folder, 'peer.crt'), keyFile: join(folder, 'peer.key') };
  if (!existsSync(files.keyFile)) {
    const { certificate, privateKey } = await issueCertificate('localhost');
    await writeFile(files.certificateFile, certificate);
    await writeFile(files.keyFile, privateKey, { mode: 0o600 });
  }
  return files;
}
