// Logs in many times at once over one protocol, in a process of its own, and holds every session until all are in.
// Arguments: a JSON object (Storm). Writes what came of it as one line of JSON. Caller: many-logins.test.ts.
import { once } from 'node:events';
import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'ssh2';
import { RawClient } from '../ftp/raw-client.ts';

/** What to do. */
export interface Storm {
  readonly protocol: 'ftp' | 'sftp' | 'https';
  readonly port: number;
  readonly count: number;
  readonly password: string;
  /** For HTTPS, whose credential it is. */
  readonly link: string;
  /** Afterwards all sessions stay for so long. */
  readonly holdMs: number;
}

/** What came of it. */
export interface StormResult {
  readonly loggedIn: number;
  readonly failures: readonly string[];
  readonly tookMs: number;
}

const replyWithinMs = 90_000;

async function logInByFtp({ port, password }: Storm): Promise<() => void> {
  const client = await RawClient.connect(port);
  const greeting = await client.reply(replyWithinMs);
  if (greeting?.code !== 220) throw new Error(`greeted with ${greeting?.lines.join(' ') ?? 'nothing'}`);
  client.write('AUTH TLS\r\n');
  if ((await client.reply(replyWithinMs))?.code !== 234) throw new Error('no AUTH TLS');
  await client.handshake(replyWithinMs);
  for (const [line, expected] of [
    ['USER alice', 331],
    [`PASS ${password}`, 230],
  ] as const) {
    client.write(`${line}\r\n`);
    const reply = await client.reply(replyWithinMs);
    if (reply?.code !== expected)
      throw new Error(`${line.slice(0, 4)}: ${reply?.lines.join(' ') ?? 'nothing'}`);
  }
  return () => client.destroy();
}

async function logInBySftp({ port, password }: Storm): Promise<() => void> {
  const client = new Client();
  client.connect({ host: '127.0.0.1', port, username: 'alice', password, readyTimeout: replyWithinMs });
  await once(client, 'ready');
  client.on('error', () => undefined);
  return () => client.end();
}

async function fetchByHttps({ link }: Storm): Promise<() => void> {
  const request = get(link, { agent: false, rejectUnauthorized: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`answered with ${response.statusCode}`);
  return () => response.destroy();
}

const logins = { ftp: logInByFtp, sftp: logInBySftp, https: fetchByHttps };
const storm = JSON.parse(process.argv[2] ?? '') as Storm;
const startedAt = performance.now();
const results = await Promise.allSettled(
  Array.from({ length: storm.count }, () => logins[storm.protocol](storm)),
);
const result: StormResult = {
  loggedIn: results.filter(({ status }) => status === 'fulfilled').length,
  failures: results.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : [])),
  tookMs: performance.now() - startedAt,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
await delay(storm.holdMs);
for (const one of results) if (one.status === 'fulfilled') one.value();
process.exit(0);
