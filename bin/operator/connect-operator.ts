// The two ways to a node's door for operators. The Unix socket's file mode is its authentication; at an administration
// listener both ends prove their keys. Called by cluster.ts; what goes wrong is said in terms of what to do.
import { existsSync } from 'node:fs';
import { connectAsOperator } from '#commlink/administration/operator-connection.ts';
import type { SignedManifest } from '#commlink/configuration/blocks/manifest.ts';
import { decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import { createLogger } from '#commlink/log.ts';
import { operatorMethods } from '#commlink/methods/operator-methods.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import { programNames, type StateLayout } from '#deploy/state-directory.ts';
import { explainConnectError } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';

const log = createLogger('consign', 'silent');

/** Connects to the first node of the state that answers, internal-db first. */
export async function connectLocally(layout: StateLayout): Promise<OperatorClient> {
  const failures: unknown[] = [];
  const programs = programNames.filter((name) => existsSync(layout.operatorSocket(name)));
  for (const name of programs) {
    try {
      return await connectUnix({
        path: layout.operatorSocket(name),
        peer: { role: name, name, id: name },
        called: operatorMethods,
        log,
      });
    } catch (error) {
      failures.push(error);
    }
  }
  const none = Object.assign(new Error('There is no socket.'), { code: 'ENOENT' });
  throw explainConnectError(failures[0] ?? none, layout);
}

/** An administration listener, whom to trust there, and as whom to come. */
export interface Contact {
  readonly at: string;
  readonly nodeId: string | undefined;
  readonly known: SignedManifest | null;
  readonly operator: OperatorKeys;
}

/** Connects to an administration listener. Throws CliError `usage` or `unreachable`. */
export async function connectAt({ at, nodeId, known, operator }: Contact): Promise<OperatorClient> {
  const { host, port } = parseHostPort(at);
  const { cluster, isTrustedNode } = whomToTrust(nodeId, known);
  try {
    return await connectAsOperator({ host, port, cluster, operator, isTrustedNode, log });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new CliError(
      'unreachable',
      `The node at ${at} can't be reached with your key: ${reason} Check the address (node settings: administration), and that your key is an operator's of "${cluster}".`,
      { cause },
    );
  }
}

/** Reads HOST:PORT; an IPv6 address in brackets. */
export function parseHostPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new CliError('usage', `"${text}" is no address. Write HOST:PORT, for example 10.0.0.5:8447.`);
}

function whomToTrust(nodeId: string | undefined, known: SignedManifest | null) {
  if (nodeId !== undefined) {
    const [, cluster, id] = /^([a-z0-9][a-z0-9.-]{0,63})\/([A-Za-z0-9_-]{43})$/.exec(nodeId) ?? [];
    if (cluster !== undefined) return { cluster, isTrustedNode: (shown: string) => shown === id };
    throw new CliError(
      'usage',
      '--node-id is CLUSTER/ID, as `consign node list --ids` shows it on a machine of the cluster.',
    );
  }
  if (known === null) {
    throw new CliError(
      'usage',
      'You have not seen this cluster before, so the node must be named with --node-id CLUSTER/ID: `consign node list --ids` shows it on a machine of the cluster.',
    );
  }
  const { cluster, members } = decodeManifest(known).manifest;
  const ids = new Set(members.map(({ id }) => id));
  return { cluster, isTrustedNode: (shown: string) => ids.has(shown) };
}
