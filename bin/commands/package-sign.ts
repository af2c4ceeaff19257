// `consign package sign`: publishes packages as files of their releases, hands internal-db their keys, and signs the list of all
// packages anew with keys that are kept offline. Without packages it only signs the list again, before it ends.
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { digestFile } from '#commlink/artifacts/artifact-file.ts';
import { packageTargetPath } from '#commlink/fleet/fleet-names.ts';
import { targetsBytesMax } from '#commlink/fleet/limits.ts';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';
import { describeMetadata, describeTargets } from '#commlink/fleet/tuf/describe-metadata.ts';
import { makeTargets, nextVersion, type DescribedTarget } from '#commlink/fleet/tuf/make-metadata.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import { requireSigners } from '../fleet/judge-draft.ts';
import { readInstalledFleet } from '../fleet/installed-fleet.ts';
import { signAndInstall } from '../fleet/sign-and-install.ts';
import { readSigners, withOption } from '../fleet/signing-keys.ts';
import { fleetLifetimeMs } from '../limits.ts';
import { parseFileName } from '../names.ts';
import { readPackageKey } from '../packages/package-key.ts';
import { publishFiles, type PublishedRelease } from '../publish-files.ts';
import type { FileToSend } from '../send-original.ts';
import { parseDuration } from '../times.ts';
import { readWhole } from './package-build.ts';
import { describeRelease } from './publish.ts';

interface SignedPackage {
  readonly file: FileToSend;
  readonly manifest: Manifest;
  readonly sha256: string;
  readonly key: string;
}

/** Room for the signatures of 16 keys. */
const signaturesBytes = 5_000;
/** Signed alone it goes to nobody. */
const nextSteps = [
  'At their next beats it goes to appliances of a type that runs the product (consign appliance type products), in accounts that',
  'may have it (consign grant); where the product has a rollout, in its waves (consign rollout create).',
].join('\n');

/** `consign package sign`. */
export const packageSign: CommandSpec = {
  arguments: [['[files...]', 'packages, each with its key beside it; none: sign the list again']],
  options: [
    withOption,
    ['--channel <name>', 'the release channel (default: stable)'],
    ['--draft', 'keep the release from customers and appliances until `consign release publish`'],
    ['--keep-original', 'have internal-db keep the files, and download servers fetch them'],
    [
      '--without <paths...>',
      'packages that leave the list, as `consign fleet sign --look` writes them: too old for anybody',
    ],
    ['--lifetime <duration>', 'how long the list of packages lasts (default: 1y)'],
    ['--out <file>', 'where a draft is written that others must sign (default: packages-targets.draft)'],
  ],
  examples: [
    ['package sign gateway-1.4.0.cpk --with packages-1.key', 'appliances hear of it at their next beats'],
    ['package sign --with packages-1.key', 'before the list ends; see consign fleet status'],
  ],
  run: async (invocation, input) => {
    const lifetime = input.option('lifetime');
    const lifetimeMs = lifetime === null ? fleetLifetimeMs : parseDuration(lifetime);
    const fleet = await readInstalledFleet(invocation);
    const signers = await readSigners(invocation, input);
    requireSigners({ role: 'targets', root: fleet.packagesRoot, text: fleet.packagesTargets }, signers);
    const packages: SignedPackage[] = [];
    for (const path of input.severalArguments(0)) packages.push(await readSigned(resolve(path)));
    const before = describeTargets(fleet.packagesTargets);
    for (const each of packages) requireUnchanged(each, before);
    const without = input.severalOptions('without');
    requireListed(without, before);
    const releases: PublishedRelease[] = [];
    for (const each of packages) releases.push(await publish(invocation, input, each));
    if (packages.length > 0) await handInKeys(invocation, packages);
    const added = packages.map(targetOf);
    const paths = new Set([...without, ...added.map(({ path }) => path)]);
    const targets = [...before.filter(({ path }) => !paths.has(path)), ...added];
    const { version } = describeMetadata('targets', fleet.packagesTargets);
    const nowMs = Date.now();
    const text = makeTargets(targets, {
      version: nextVersion(version, nowMs),
      expiresAtMs: nowMs + lifetimeMs,
      keys: [],
    });
    if (Buffer.byteLength(text) > targetsBytesMax - signaturesBytes)
      throw new CliError('failed', 'The list of packages is full. Take old ones out of it with --without.');
    const unsigned = {
      format: 'consign-fleet-draft/1',
      repository: 'packages',
      role: 'targets',
      root: fleet.packagesRoot,
      basedOnVersion: version,
      before: fleet.packagesTargets,
      text,
    } as const;
    const { said, ...signing } = await signAndInstall(invocation, input, { unsigned, signers });
    const goesOn = signing.installed && packages.length > 0 ? [nextSteps] : [];
    invocation.answer({ ...signing, releases }, () =>
      [...releases.map(describeRelease), ...said, ...goesOn].join('\n'),
    );
  },
};

async function readSigned(path: string): Promise<SignedPackage> {
  const name = parseFileName(basename(path));
  const stats = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new CliError('notFound', `There is no file ${path}.`, { cause });
    throw cause;
  });
  const sha256 = await digestFile(path);
  const key = await readPackageKey(path, sha256);
  const manifest = await readWhole(path, Buffer.from(key, 'base64url'));
  return { file: { path, name, sizeBytes: stats.size }, manifest, sha256, key };
}

function targetOf({ file, manifest, sha256 }: SignedPackage): DescribedTarget {
  const { product, version, from } = manifest;
  const path = packageTargetPath({ product, version, file: file.name });
  return { path, sizeBytes: file.sizeBytes, sha256, custom: { kind: 'package', product, version, from } };
}

function requireListed(paths: readonly string[], before: readonly DescribedTarget[]): void {
  const unknown = paths.find((path) => !before.some((target) => target.path === path));
  if (unknown === undefined) return;
  throw new CliError('notFound', `${unknown} is not on the list. Write PRODUCT/VERSION/FILE.`);
}

/** What was signed once stays what it is: appliances have it. */
function requireUnchanged(signed: SignedPackage, before: readonly DescribedTarget[]): void {
  const { path, sha256 } = targetOf(signed);
  const known = before.find((target) => target.path === path);
  if (known === undefined || known.sha256 === sha256) return;
  throw new CliError('conflict', `${path} was signed with another content. Build it under a new version.`);
}

async function publish(
  invocation: Invocation,
  input: CommandInput,
  { file, manifest }: SignedPackage,
): Promise<PublishedRelease> {
  const { product, version } = manifest;
  const [channel, draft] = [input.option('channel'), input.flag('draft')];
  const isKept = input.flag('keepOriginal');
  return await publishFiles(invocation, {
    product,
    version,
    channel,
    platform: null,
    draft,
    files: [file],
    isKept,
  });
}

async function handInKeys(invocation: Invocation, packages: readonly SignedPackage[]): Promise<void> {
  const { actor } = invocation;
  const contentKeys = packages.map(({ sha256, key }) => ({ sha256, key }));
  const nothingElse = { directorRoot: null, packagesRoot: null, packagesTargets: null };
  await invocation.withAdmin((admin) =>
    admin.call('fleetMetadata.install', { actor, ...nothingElse, contentKeys }),
  );
}
