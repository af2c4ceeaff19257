// What the launcher does while everything runs: it follows the installed configuration, so that endpoints.json stays
// true, and, as long as the operator's key is here and needs no passphrase, renews certificates and rotates key bags when
// they are due. Called by installation.ts. Whatever can't be done is said, and tried again an hour later.
import { formatVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { pause } from '#commlink/pause.ts';
import { rotateBags } from '#commlink/operator/rotate-bags.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { configurationWatchMs, upkeepIntervalMs, upkeepPublishMsMax } from './limits.ts';
import { connectToProgram, readOwnOperatorKeys } from './operator-connection.ts';
import type { NodePlace } from './program-folder.ts';
import { renewCertificates } from './renew-certificates.ts';
import type { ProgramName, StateLayout } from './state-directory.ts';

/** What to look after. */
export interface UpkeepOptions {
  readonly layout: StateLayout;
  readonly places: ReadonlyMap<ProgramName, NodePlace>;
  readonly say: (line: string) => void;
  /** Called when another version of the configuration was installed. */
  readonly onInstalled: () => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Runs until the signal is aborted. Never rejects: troubles are said. */
export async function keepUp(options: UpkeepOptions): Promise<void> {
  const [asked] = options.places.keys();
  const state = { seen: '', nextMs: performance.now() };
  while (asked !== undefined && !options.signal.aborted) {
    try {
      const client = await connectToProgram(options.layout, asked);
      try {
        await watch(client, options, state);
      } finally {
        client.close();
      }
    } catch (error) {
      if (!isAway(error)) options.say(`The configuration can't be followed: ${(error as Error).message}`);
    }
    await pause(configurationWatchMs, options.signal);
  }
}

async function watch(
  client: OperatorClient,
  options: UpkeepOptions,
  state: { seen: string; nextMs: number },
): Promise<void> {
  while (!options.signal.aborted) {
    const version = formatVersion((await client.call('config.status', {})).installed);
    if (version !== state.seen) await options.onInstalled();
    state.seen = version;
    if (performance.now() >= state.nextMs) {
      state.nextMs = performance.now() + upkeepIntervalMs;
      await maintain(client, options);
    }
    await pause(configurationWatchMs, options.signal);
  }
}

async function maintain(client: OperatorClient, options: UpkeepOptions): Promise<void> {
  const { layout, say } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(upkeepPublishMsMax)]);
  const attempt = async (what: string, work: () => Promise<string | null>): Promise<void> => {
    try {
      const done = await work();
      if (done !== null) say(done);
    } catch (error) {
      if (options.signal.aborted || isAway(error)) return;
      say(`${what}: ${(error as Error).message}`);
    }
  };
  const operator = await readOwnOperatorKeys(layout);
  await attempt('Certificates could not be renewed', () =>
    renewCertificates(client, { ...options, operator, signal }),
  );
  if (operator === null) return;
  await attempt('The key bags could not be rotated', async () => {
    const reason = 'Rotation that the policy asks for';
    const { versions } = await rotateBags(client, { operator, reason, ifDue: true, signal });
    return versions.length > 0 ? 'The key bags were rotated, as the policy asks for.' : null;
  });
}

/** A program that is being restarted; the supervisor says that. */
function isAway(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  if (error instanceof RpcError) return ['disconnected', 'deadline', 'unavailable'].includes(error.code);
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(String(code));
}
