// What a holder of a key is told of a draft before signing it, and what is not to be signed at all. Called by `consign fleet sign`
// and, for who may sign, by the other commands that sign.
// Trusts nothing of the draft, which somebody else's machine has made: that the text to compare with is the installed one is proved
// by the signatures of the root that the draft names; which root that is, people compare by its digest.
import {
  countSigners,
  describeMetadata,
  describeRoot,
  describeTargets,
  digestSigned,
  requireSigned,
  roleNames,
} from '#commlink/fleet/tuf/describe-metadata.ts';
import { TufError } from '#commlink/fleet/tuf/tuf-error.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { CliError } from '../cli-error.ts';
import { formatBytes, formatTime } from '../text.ts';
import type { FleetDraft } from './fleet-draft.ts';

/** Throws CliError `failed` for a draft that compares with something that was never installed. */
export function requireHonest({ role, root, before, basedOnVersion, text }: FleetDraft): void {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CliError('failed', `${why} Don’t sign this draft, and ask who made it.`, { cause });
  };
  if (role === 'root' ? before !== root : root === null || before === null)
    refuse('The draft does not say what is installed now.');
  if (root === null || before === null) return;
  try {
    requireSigned(root, 'root', root);
    requireSigned(root, role, before);
  } catch (error) {
    if (!(error instanceof TufError)) throw error;
    refuse('What the draft calls the installed text is not signed by those who must sign it.', error);
  }
  const [old, next] = [describeMetadata(role, before), describeMetadata(role, text)];
  const follows = role === 'root' ? next.version === old.version + 1 : next.version > old.version;
  if (old.version !== basedOnVersion || !follows)
    refuse(`Version ${next.version} does not follow version ${old.version}.`);
}

/** Throws CliError `usage` for a key that has no say here: a signature that counts for nothing may be meant to be had. */
export function requireSigners(
  { role, root, text }: Pick<FleetDraft, 'role' | 'root' | 'text'>,
  keys: readonly OperatorKeys[],
): void {
  const mayBe = [...(root === null ? [] : [root]), ...(role === 'root' ? [text] : [])];
  const holders = new Set(mayBe.flatMap((each) => describeRoot(each).roles[role].keys));
  const stranger = keys.find(({ signing }) => !holders.has(signing.raw));
  if (stranger === undefined) return;
  throw new CliError('usage', `${stranger.name} is no key of the ${role}: nothing was signed.`);
}

/** The draft in lines: what it is, what it goes on from, who must sign, what it changes, and the digest of all of it. */
export function describeDraft(draft: FleetDraft): string[] {
  const { repository, role, root, before, text } = draft;
  const { version, expiresAtMs } = describeMetadata(role, text);
  return [
    `The ${role} of ${repository}, version ${version}, until ${formatTime(expiresAtMs)}.`,
    ...(before === null ? ['  goes on from nothing'] : [`  goes on from ${describeOne(role, before)}`]),
    ...(root === null
      ? []
      : [`  by the root, ${describeOne('root', root)}`, ...describeSigners(draft, root)]),
    ...(role === 'root' ? rootChanges(draft) : targetChanges(draft)),
    ...(role === 'root' ? [] : [`  ${describeTargets(text).length} packages in all`]),
    `  digest ${digestSigned(role, text)}`,
  ];
}

function describeOne(role: FleetDraft['role'], text: string): string {
  return `version ${describeMetadata(role, text).version}, digest ${digestSigned(role, text)}`;
}

function describeSigners({ role, text }: FleetDraft, root: string): string[] {
  const { threshold, keys } = describeRoot(root).roles[role];
  return [
    `  to be signed by ${threshold} of ${keys.join(', ')}`,
    `  signed so far by ${countSigners(root, role, text)}`,
  ];
}

function rootChanges({ before, text }: FleetDraft): string[] {
  const [old, next] = [before === null ? null : describeRoot(before), describeRoot(text)];
  return roleNames.flatMap((role) => {
    const [was, is] = [old?.roles[role], next.roles[role]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [`  ${role}: ${is.threshold} of ${is.keys.join(', ')}`];
  });
}

function targetChanges({ before, text }: FleetDraft): string[] {
  const keyOf = (target: ReturnType<typeof describeTargets>[number]) => JSON.stringify(target);
  const old = new Map(
    (before === null ? [] : describeTargets(before)).map((each) => [each.path, keyOf(each)]),
  );
  const next = describeTargets(text);
  const changed = next.filter((target) => old.get(target.path) !== keyOf(target));
  const paths = new Set(next.map(({ path }) => path));
  return [
    ...changed.map(
      ({ path, sizeBytes, sha256 }) =>
        `  ${old.has(path) ? 'CHANGES' : 'adds'} ${path}  ${formatBytes(sizeBytes)}  ${sha256}`,
    ),
    ...[...old.keys()].filter((path) => !paths.has(path)).map((path) => `  takes away ${path}`),
  ];
}
