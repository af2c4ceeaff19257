// The cluster as this operator last saw it: the installed manifest, kept in a private file beside the key. It says which
// node ids to trust at an administration listener, and that no node may show an older configuration as the current one.
// Called by cluster.ts.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { SignedManifest } from '#commlink/configuration/blocks/manifest.ts';
import { countValidSignatures, decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { readPrivateFile, writePrivateFile } from '#commlink/private-file.ts';
import { SchemaError, compileSchema } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import { lineageStepsMax } from '../limits.ts';
import type { OperatorFiles } from './operator-files.ts';

const fileCheck = compileSchema('known cluster', SignedManifest);
const unwritable = new Set<string | undefined>(['ENOSPC', 'EDQUOT', 'EROFS']);

/** Reads what was remembered; null at the first contact. */
export async function readKnownCluster({ knownClusterFile }: OperatorFiles): Promise<SignedManifest | null> {
  if (!existsSync(knownClusterFile)) return null;
  const text = await readPrivateFile(knownClusterFile);
  try {
    return fileCheck.parse(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof SchemaError)) throw cause;
    const advice = 'Remove it; it is made again at the next contact.';
    throw new CliError('failed', `${knownClusterFile} is damaged. ${advice}`, { cause });
  }
}

/**
 * Remembers what was seen and checked, if it is news. An operator whose key is elsewhere, and who has no folder here, has
 * no memory; where nothing can be written, the memory stays as it was, so that a full disk can still be looked into.
 */
export async function rememberCluster(
  files: OperatorFiles,
  { remembered, seen }: { readonly remembered: SignedManifest | null; readonly seen: SignedManifest },
): Promise<void> {
  if (!existsSync(dirname(files.knownClusterFile)) || remembered?.payload === seen.payload) return;
  try {
    await writePrivateFile(files.knownClusterFile, `${JSON.stringify(seen)}\n`);
  } catch (error) {
    if (!unwritable.has((error as NodeJS.ErrnoException).code)) throw error;
  }
}

/**
 * Refuses what contradicts the operator's memory: another cluster, an older version, another content under the same
 * number, or a version that the operators that were known then have not led to. Throws CliError `failed`.
 */
export async function checkSeen(contact: {
  readonly client: OperatorClient;
  readonly known: SignedManifest | null;
  readonly seen: SignedManifest;
}): Promise<void> {
  if (contact.known === null) return;
  const known = decodeManifest(contact.known);
  const seen = decodeManifest(contact.seen);
  if (isSameVersion(known.version, seen.version)) return;
  if (known.manifest.cluster !== seen.manifest.cluster) {
    throw new CliError(
      'failed',
      `This node belongs to the cluster "${seen.manifest.cluster}", and your key was last used with "${known.manifest.cluster}". Name the right node with --at or --state, or the right key with --key.`,
    );
  }
  if (seen.version.seq <= known.version.seq) {
    throw new CliError(
      'failed',
      `This node shows version ${seen.version.seq} as installed, and you have seen ${known.version.seq}: it is behind, was restored from a backup, or lies. Ask another node with --at or --state.`,
    );
  }
  if (!(await isLedTo(contact.client, contact.seen, contact.known))) {
    throw new CliError(
      'failed',
      `This node shows a version ${seen.version.seq} that your cluster's operators did not sign. Do not trust it; ask another node with --at or --state.`,
    );
  }
}

/** Walks back from what is shown, until a version that operators known to this one have signed in sufficient number. */
async function isLedTo(
  client: OperatorClient,
  seen: SignedManifest,
  known: SignedManifest,
): Promise<boolean> {
  const trusted = decodeManifest(known);
  let child = seen;
  for (let steps = 0; steps < lineageStepsMax; steps += 1) {
    if (hasEnoughSignatures(child, trusted.manifest.operators)) return true;
    const { parent } = decodeManifest(child).manifest;
    if (parent === null || parent.seq <= trusted.version.seq) return false;
    const { node } = await client.call('config.status', {});
    const { manifest } = await client.call('config.block', { version: parent, recipient: node });
    const { operators } = decodeManifest(manifest).manifest;
    if (!isSameVersion(decodeManifest(manifest).version, parent)) return false;
    if (!hasEnoughSignatures(child, operators)) return false;
    child = manifest;
  }
  return false;
}

function hasEnoughSignatures(
  signed: SignedManifest,
  { threshold, keys }: { threshold: number; keys: Parameters<typeof countValidSignatures>[1] },
): boolean {
  return countValidSignatures(signed, keys).length >= threshold;
}
