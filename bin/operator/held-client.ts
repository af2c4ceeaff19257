// A connection to a node that is held to its word: whatever installed version the node shows in the course of a command
// must follow the one that it showed before, and an earlier version must be the one that was asked for. A change is
// composed on what a node shows, and sealed to the keys in it: one that lies would be sent what is not for it.
// Called by cluster.ts.
import { isSameVersion, type ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { SignedManifest } from '#commlink/configuration/blocks/manifest.ts';
import { decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { operatorMethods } from '#commlink/methods/operator-methods.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { CliError } from '../cli-error.ts';
import { lineageStepsMax } from '../limits.ts';
import { checkSeen } from './known-cluster.ts';

type Table = typeof operatorMethods;
type Shown = ResultOf<Table, 'config.block'>;

/** The connection; `shown` is the installed manifest that was checked last. Its calls throw CliError `failed` for a lie. */
export function holdToItsWord(client: OperatorClient, shown: SignedManifest): OperatorClient {
  let last = shown;
  const check = async (asked: ClusterVersion | null, { manifest }: Shown): Promise<void> => {
    if (asked !== null) return assertSame(asked, manifest);
    await checkSeen({ client, known: last, seen: manifest });
    last = manifest;
  };
  const call = async <M extends keyof Table>(
    method: M,
    params: ParamsOf<Table, M>,
    options?: Parameters<OperatorClient['call']>[2],
  ): Promise<ResultOf<Table, M>> => {
    const result = await client.call(method, params, options);
    if (method === 'config.block')
      await check((params as ParamsOf<Table, 'config.block'>).version, result as Shown);
    return result;
  };
  return { ...client, call };
}

/**
 * Refuses a version that the installed one does not descend from: anybody can seal a configuration to an operator, and
 * only the line of digests says that this one was in force. Throws CliError `failed`.
 */
export async function assertWasInstalled(client: OperatorClient, version: ClusterVersion): Promise<void> {
  const { node } = await client.call('config.status', {});
  const show = async (asked: ClusterVersion | null): Promise<SignedManifest> =>
    (await client.call('config.block', { version: asked, recipient: node })).manifest;
  let { version: at, manifest } = decodeManifest(await show(null));
  for (let steps = 0; !isSameVersion(at, version); steps += 1) {
    const { parent } = manifest;
    if (parent === null || parent.seq < version.seq || steps >= lineageStepsMax)
      throw new CliError(
        'failed',
        `Version ${version.seq} that this node shows was never installed. Do not trust it; ask another node with --at or --state.`,
      );
    const signed = await show(parent);
    assertSame(parent, signed);
    ({ version: at, manifest } = decodeManifest(signed));
  }
}

function assertSame(asked: ClusterVersion, shown: SignedManifest): void {
  if (isSameVersion(decodeManifest(shown).version, asked)) return;
  throw new CliError(
    'failed',
    'The node answers with another version than it was asked for. Do not trust it.',
  );
}
