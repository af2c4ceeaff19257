// Metadata of the fleet that waits for signatures: a file that goes from one holder of a key to the next, with what they need to
// know who must sign, and nothing secret. Called by the commands that compose, sign and install it.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { targetsBytesMax } from '#commlink/fleet/limits.ts';
import { countSigners, describeRoot } from '#commlink/fleet/tuf/describe-metadata.ts';
import { addSignatures } from '#commlink/fleet/tuf/make-metadata.ts';
import { TufError } from '#commlink/fleet/tuf/tuf-error.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { SchemaError, Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import { fleetDraftBytesMax } from '../limits.ts';

const Text = Type.String({ maxLength: targetsBytesMax });

const FleetDraft = strictObject({
  format: Type.Literal('consign-fleet-draft/1'),
  repository: Type.Union([Type.Literal('director'), Type.Literal('packages')]),
  role: Type.Union([Type.Literal('root'), Type.Literal('targets')]),
  /** The root that says who must sign; null for the first one. */
  root: Type.Union([Text, Type.Null()]),
  /** The version of what is installed; 0 for nothing. */
  basedOnVersion: Type.Integer({ minimum: 0 }),
  /** What is installed; null for nothing. */
  before: Type.Union([Text, Type.Null()]),
  text: Text,
});
/** The draft. */
export type FleetDraft = Static<typeof FleetDraft>;
const draftCheck = compileSchema('draft', FleetDraft);

/** The draft with these keys' signatures as well. */
export function signDraft(draft: FleetDraft, keys: readonly OperatorKeys[]): FleetDraft {
  const signers = keys.map(({ signing }) => signing.privateKey);
  return { ...draft, text: addSignatures(draft.role, draft.text, signers) };
}

/** What is missing, in words; null when enough have signed. */
export function missingSignatures(draft: FleetDraft): string | null {
  const { role, root, text } = draft;
  const missing: string[] = [];
  if (root !== null) {
    const { threshold } = describeRoot(root).roles[role];
    const count = countSigners(root, role, text);
    if (count < threshold) missing.push(`${count} of ${threshold} needed by the installed root`);
  }
  if (role === 'root') {
    const { threshold } = describeRoot(text).roles.root;
    const count = countSigners(text, role, text);
    if (count < threshold) missing.push(`${count} of ${threshold} needed by the root itself`);
  }
  return missing.length === 0 ? null : `Signatures: ${missing.join('; ')}.`;
}

/** Writes a draft. */
export async function writeDraft(file: string, draft: FleetDraft): Promise<void> {
  await writeFile(file, `${JSON.stringify(draft)}\n`);
}

/** Reads a draft. Throws CliError `notFound` or `usage`. */
export async function readDraft(file: string): Promise<FleetDraft> {
  try {
    if ((await stat(file)).size > fleetDraftBytesMax)
      throw new CliError('usage', `${file} is too large for a draft.`);
    const draft = draftCheck.parse(JSON.parse(await readFile(file, 'utf8')));
    missingSignatures(draft);
    return draft;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CliError('notFound', `There is no file ${file}.`, { cause: error });
    if (!(error instanceof SyntaxError || error instanceof SchemaError || error instanceof TufError))
      throw error;
    throw new CliError('usage', `${file} is no draft of the fleet’s metadata.`, { cause: error });
  }
}
