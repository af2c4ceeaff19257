// `consign fleet sign` and `consign fleet install`: the next holder of a key looks at a draft and signs it; whoever has a connection
// to internal-db installs it.
import { resolve } from 'node:path';
import { describeMetadata } from '#commlink/fleet/tuf/describe-metadata.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { missingSignatures, readDraft, signDraft, writeDraft } from '../fleet/fleet-draft.ts';
import { installDraft } from '../fleet/installed-fleet.ts';
import { describeDraft, requireHonest, requireSigners } from '../fleet/judge-draft.ts';
import { readSigners, withOption } from '../fleet/signing-keys.ts';

/** `consign fleet sign`. */
export const fleetSign: CommandSpec = {
  arguments: [['<draft>', 'the file; it is signed in place']],
  options: [withOption, ['--look', 'only show what it changes']],
  examples: [
    ['fleet sign packages-targets.draft --look', 'what it adds and takes away; needs no connection'],
    ['fleet sign packages-targets.draft --with packages-2.key', 'then: consign fleet install'],
  ],
  run: async (invocation, input) => {
    const file = resolve(input.argument(0));
    const draft = await readDraft(file);
    requireHonest(draft);
    const changes = describeDraft(draft);
    if (input.flag('look')) {
      invocation.answer({ changes, missing: missingSignatures(draft) }, () => changes.join('\n'));
      return;
    }
    for (const line of changes) invocation.note(line);
    const keys = await readSigners(invocation, input);
    requireSigners(draft, keys);
    const signed = signDraft(draft, keys);
    await writeDraft(file, signed);
    const missing = missingSignatures(signed);
    if (missing !== null) invocation.setFailed('pending');
    invocation.answer(
      { draft: file, missing },
      () => missing ?? `Enough have signed. Now: consign fleet install ${file}`,
    );
  },
};

/** `consign fleet install`. */
export const fleetInstall: CommandSpec = {
  arguments: [['<draft>', 'a draft that enough have signed']],
  examples: [['fleet install packages-targets.draft', 'appliances hear of it at their next beats']],
  run: async (invocation, input) => {
    const draft = await readDraft(resolve(input.argument(0)));
    const missing = missingSignatures(draft);
    if (missing !== null) throw new CliError('failed', `${missing} Have others sign it: consign fleet sign`);
    await installDraft(invocation, draft);
    const { repository, role } = draft;
    const { version } = describeMetadata(role, draft.text);
    invocation.answer(
      { repository, role, version },
      () => `Installed: the ${role} of ${repository}, version ${version}.`,
    );
  },
};
