// Folders as one stream and back, with tar(1). Called by make-backup.ts and restore-backup.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text as textOf } from 'node:stream/consumers';

/** Everything in a folder. The iteration throws when tar fails. */
export async function* packFolder(folder: string): AsyncGenerator<Uint8Array> {
  const child = spawn('tar', ['--create', '--directory', folder, '.'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const complaint = textOf(child.stderr);
  for await (const bytes of child.stdout) yield bytes as Buffer;
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`tar ended with ${code}: ${await complaint}`);
}

/** Unpacks into an empty folder, as files of whoever runs it. Throws when tar fails or the stream does. */
export async function unpackFolder(packed: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
  const args = ['--extract', '--directory', folder, '--same-permissions', '--no-same-owner'];
  const child = spawn('tar', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  const complaint = textOf(child.stderr);
  try {
    await pipeline(Readable.from(packed), child.stdin);
  } finally {
    child.stdin.destroy();
    await ended;
  }
  if (child.exitCode !== 0) throw new Error(`tar ended with ${child.exitCode}: ${await complaint}`);
}
