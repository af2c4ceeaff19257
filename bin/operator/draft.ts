// The change that an operator is working on: a list of changes, and the version that it was made on. A private file
// beside the operator key; it holds no key. Callers: the config commands.
import { rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { Slug } from '#commlink/methods/fields.ts';
import { readPrivateFile, writePrivateFile } from '#commlink/private-file.ts';
import { SchemaError, Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import { draftChangesMax } from '../limits.ts';
import type { Change } from './configuration-changes.ts';
import type { OperatorFiles } from './operator-files.ts';

const DraftFile = strictObject({
  cluster: Slug,
  base: ClusterVersion,
  changes: Type.Array(
    strictObject({
      path: Type.Array(Type.String(), { minItems: 1 }),
      before: Type.Optional(Type.Unknown()),
      after: Type.Optional(Type.Unknown()),
    }),
    { minItems: 1, maxItems: draftChangesMax },
  ),
});

/** A draft. `base` is the installed version that it was made on. */
export interface ConfigurationDraft extends Omit<Static<typeof DraftFile>, 'changes'> {
  readonly changes: readonly Change[];
}

const draftCheck = compileSchema('draft', DraftFile);

/** Reads the draft; null when there is none. Throws CliError `failed` for one that can't be understood. */
export async function readDraft({ draftFile }: OperatorFiles): Promise<ConfigurationDraft | null> {
  if (!existsSync(draftFile)) return null;
  const text = await readPrivateFile(draftFile);
  try {
    return draftCheck.parse(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof SchemaError)) throw cause;
    const advice = 'Throw it away with `consign config discard`, or put it right.';
    throw new CliError('failed', `The draft ${draftFile} is damaged. ${advice}`, { cause });
  }
}

/** Writes the draft; one without changes is removed. */
export async function writeDraft(files: OperatorFiles, draft: ConfigurationDraft): Promise<void> {
  if (draft.changes.length === 0) await removeDraft(files);
  else await writePrivateFile(files.draftFile, `${JSON.stringify(draft, null, 2)}\n`);
}

/** Removes the draft; false when there was none. */
export async function removeDraft({ draftFile }: OperatorFiles): Promise<boolean> {
  const wasThere = existsSync(draftFile);
  await rm(draftFile, { force: true });
  return wasThere;
}
