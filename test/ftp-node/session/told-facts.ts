// What each protocol of a node says of one file, in one form, so that what differs shows. Caller:
// resume-across-protocols.test.ts.
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import ssh2 from 'ssh2';
import type { StagingGrant } from '#commlink/methods/documents.ts';
import { RawClient } from '../ftp/raw-client.ts';
import type { RunningNode } from '../running-node.ts';

/** Null for what a protocol does not say. */
export interface ToldFacts {
  readonly source: string;
  readonly name: string;
  readonly sizeBytes: number | null;
  readonly modifiedAtMs: number | null;
  readonly sha256: string | null;
}

/** Asks all of them. Anybody may log in as `erika` with `secret`. */
export async function askEveryProtocol(node: RunningNode, grant: StagingGrant): Promise<ToldFacts[]> {
  return [await askHttps(node, grant), ...(await askFtp(node, grant)), await askSftp(node, grant)];
}

async function askHttps(node: RunningNode, grant: StagingGrant): Promise<ToldFacts> {
  const ca = readFileSync(node.caFile);
  const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    request(node.linkFor(grant), { method: 'HEAD', ca, agent: false }, (response) => {
      response.resume();
      resolve(response.headers);
    })
      .on('error', reject)
      .end();
  });
  const digest = /^sha-256=:(.*):$/.exec(String(headers['repr-digest']))?.[1] ?? '';
  const sha256 = Buffer.from(digest, 'base64').toString('hex');
  if (headers.etag !== `"${sha256}"`) throw new Error('The entity tag is not the digest.');
  return {
    source: 'HTTPS',
    name: decodeURIComponent(
      /filename\*=UTF-8''(.*)$/.exec(String(headers['content-disposition']))?.[1] ?? '',
    ),
    sizeBytes: Number(headers['content-length']),
    modifiedAtMs: Date.parse(String(headers['last-modified'])),
    sha256,
  };
}

async function askFtp(node: RunningNode, grant: StagingGrant): Promise<ToldFacts[]> {
  const client = await RawClient.logIn(node.ports.ftp);
  const path = `${grant.product}/${grant.version}/${grant.file}`;
  const ask = async (command: string): Promise<string> =>
    (await client.command(`${command} ${path}`))?.lines.join('\n') ?? '';
  const size = /^213 (\d+)$/.exec(await ask('SIZE'))?.[1];
  const modified = /^213 (\d{14})$/.exec(await ask('MDTM'))?.[1];
  const [, hash, hashedPath] = /^213 SHA-256 0-\d+ ([0-9a-f]{64}) (.*)$/.exec(await ask('HASH')) ?? [];
  const entry = await ask('MLST');
  const [, listedPath = ''] = /^ \S+ (.*)$/m.exec(entry) ?? [];
  client.socket.destroy();
  return [
    {
      source: 'FTP SIZE, MDTM and HASH',
      name: lastSegment(hashedPath ?? ''),
      sizeBytes: Number(size),
      modifiedAtMs: readTimestamp(modified),
      sha256: hash ?? '',
    },
    {
      source: 'FTP MLST',
      name: lastSegment(listedPath),
      sizeBytes: Number(/\bsize=(\d+);/i.exec(entry)?.[1]),
      modifiedAtMs: readTimestamp(/\bmodify=(\d{14});/i.exec(entry)?.[1]),
      sha256: null,
    },
  ];
}

async function askSftp(node: RunningNode, grant: StagingGrant): Promise<ToldFacts> {
  const client = new ssh2.Client();
  const login = { host: '127.0.0.1', port: node.ports.sftp, username: 'erika', password: 'secret' };
  await new Promise<void>((resolve, reject) => {
    client.on('ready', () => resolve());
    client.on('error', reject);
    client.connect(login);
  });
  try {
    const directory = `/${grant.product}/${grant.version}`;
    return await new Promise<ToldFacts>((resolve, reject) => {
      client.sftp((failure, sftp) => {
        if (failure) return reject(failure);
        sftp.readdir(directory, (unread, entries) => {
          const entry = entries?.find(({ filename }) => filename === grant.file);
          if (unread || entry === undefined) return reject(unread ?? new Error('The file is not listed.'));
          sftp.stat(`${directory}/${entry.filename}`, (unknown, stats) => {
            if (unknown) return reject(unknown);
            const { size: sizeBytes, mtime } = stats;
            resolve({
              source: 'SFTP',
              name: entry.filename,
              sizeBytes,
              modifiedAtMs: mtime * 1000,
              sha256: null,
            });
          });
        });
      });
    });
  } finally {
    client.end();
  }
}

/** YYYYMMDDHHMMSS in UTC (RFC 3659 section 2.3). */
function readTimestamp(text: string | undefined): number {
  const [, ...fields] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text ?? '') ?? [];
  const [year = Number.NaN, month = 1, day, hour, minute, second] = fields.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
