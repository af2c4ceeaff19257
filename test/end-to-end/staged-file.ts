// The demo product's file, staged through the operator's command, with all that a client needs to fetch it.
// Callers: the end-to-end tests.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { demoFile, type RunningConsign } from '../rig/running-consign.ts';

/** What `consign stage --json` and the endpoints file give; `path` starts with a slash. */
export interface StagedFile {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly login: string;
  readonly password: string;
  readonly url: string;
  readonly ftp: { readonly host: string; readonly port: number };
  readonly sftp: { readonly host: string; readonly port: number };
  readonly caFile: string;
  readonly caCertificate: string;
}

interface StageAnswer {
  readonly id: string;
  readonly login: string;
  readonly password: string;
  readonly path: string;
  readonly url: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Stages what the arguments of `consign stage` name: account, `product/version/name`, and options. */
export async function stageFile(consign: RunningConsign, ...stageArguments: string[]): Promise<StagedFile> {
  const answer = await consign.json<StageAnswer>('stage', ...stageArguments);
  const { ftp, sftp, caFile } = consign.endpoints;
  const path = answer.path.startsWith('/') ? answer.path : `/${answer.path}`;
  return {
    ...answer,
    path,
    name: basename(path),
    ftp,
    sftp,
    caFile,
    caCertificate: await readFile(caFile, 'utf8'),
  };
}

/** Stages the demo product's only file, the Node.js runtime, for the demo account. */
export async function stageDemoFile(consign: RunningConsign): Promise<StagedFile> {
  return stageFile(consign, 'demo', demoFile);
}

/** A folder for a client's files, removed after the test. */
export async function clientDirectory(t: { teardown: (done: () => Promise<void>) => void }): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'consign-client-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The environment that makes OpenSSH ask a program, instead of a terminal, for the password. */
export async function askPassEnvironment(
  staged: Pick<StagedFile, 'password'>,
  directory: string,
): Promise<Record<string, string>> {
  const program = join(directory, '.ask-password');
  await writeFile(program, '#!/bin/sh\nprintf "%s\\n" "$CONSIGN_PASSWORD"\n', { mode: 0o700 });
  return {
    SSH_ASKPASS: program,
    SSH_ASKPASS_REQUIRE: 'force',
    CONSIGN_PASSWORD: staged.password,
    DISPLAY: ':0',
  };
}
