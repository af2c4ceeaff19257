// Signs metadata with the keys at hand, and installs it when that is enough; else writes the draft that others go on with.
// Called by the commands that compose metadata.
import { resolve } from 'node:path';
import { describeMetadata } from '#commlink/fleet/tuf/describe-metadata.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import type { CommandInput, Invocation } from '../command-spec.ts';
import { missingSignatures, signDraft, writeDraft, type FleetDraft } from './fleet-draft.ts';
import { installDraft } from './installed-fleet.ts';
import { requireSigners } from './judge-draft.ts';

/** How it went. `draft`: the file that others must sign; null when it was installed. */
export interface Signing {
  readonly installed: boolean;
  readonly repository: string;
  readonly role: string;
  readonly version: number;
  readonly draft: string | null;
  /** In words, with what to do next. */
  readonly said: readonly string[];
}

/** Does so. The exit code says `pending` where others must sign. Throws CliError `usage` for a key that has no say here. */
export async function signAndInstall(
  invocation: Invocation,
  input: CommandInput,
  { unsigned, signers }: { unsigned: FleetDraft; signers: readonly OperatorKeys[] },
): Promise<Signing> {
  requireSigners(unsigned, signers);
  const draft = signDraft(unsigned, signers);
  const { repository, role } = draft;
  const missing = missingSignatures(draft);
  const { version } = describeMetadata(role, draft.text);
  if (missing === null) {
    await installDraft(invocation, draft);
    const said = [`Installed: the ${role} of ${repository}, version ${version}.`];
    return { installed: true, repository, role, version, draft: null, said };
  }
  const file = resolve(input.option('out') ?? `${repository}-${role}.draft`);
  await writeDraft(file, draft);
  invocation.setFailed('pending');
  const next = `Hand ${file} to another holder of a key, who runs: consign fleet sign ${file} --with KEY`;
  return { installed: false, repository, role, version, draft: file, said: [missing, next] };
}
