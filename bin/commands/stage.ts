// `consign stage`: makes one file ready for a customer, as its own click in the portal would, and shows how to fetch it.
import { setTimeout as delay } from 'node:timers/promises';
import { bracketIpv6, formatHostPort } from '#commlink/host-port.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { listRows, watchIntervalMs } from '../limits.ts';
import { parseSlug, parseTarget } from '../names.ts';
import { createProgressBars, stepsOf } from '../progress.ts';
import { formatBytes, formatTime, showable } from '../text.ts';
import { parseDuration } from '../times.ts';

type Staged = Extract<ResultOf<typeof adminMethods, 'delivery.stage'>, { credentials: object }>;

/** `consign stage`. */
export const stage: CommandSpec = {
  arguments: [
    ['<account>', 'the customer account'],
    ['<target>', 'PRODUCT/VERSION/FILE'],
  ],
  options: [['--ttl <duration>', 'how long it stays: 15min, 12h, 7d (default: as configured)']],
  examples: [
    ['stage acme tool/1.4.0/tool-1.4.0.tar.gz', 'login, password, and lines for curl, lftp and sftp'],
    ['stage acme tool/1.4.0/tool-1.4.0.tar.gz --ttl 7d --json', 'for a script'],
  ],
  run: async (invocation, input) => {
    const account = parseSlug(input.argument(0), 'account');
    const { product, version, file } = parseTarget(input.argument(1));
    if (version === null || file === null) {
      throw new CliError(
        'usage',
        'Name one file: PRODUCT/VERSION/FILE. `consign products` has the releases.',
      );
    }
    const ttl = input.option('ttl');
    const lifetimeMs = ttl === null ? null : parseDuration(ttl);
    const { actor } = invocation;
    const result = await invocation.withAdmin((admin) =>
      admin.call('delivery.stage', { actor, account, product, version, file, lifetimeMs }),
    );
    if (result.staged === false) {
      invocation.setFailed();
      invocation.answer(result, () => `Not staged (${result.reason}): ${showable(result.explanation)}`);
      return;
    }
    if (result.staged === 'later') await waitForFile(invocation, result);
    const access = describeAccess(result);
    invocation.answer(access, () => describeStaged(access));
  },
};

/** Shows how the file comes to the download server, until it is staged there. Throws CliError `failed` when it never is. */
async function waitForFile(invocation: Invocation, { delivery }: Staged): Promise<void> {
  const { id, account, sizeBytes, file } = delivery;
  const bars = createProgressBars(invocation.terminal, { show: !invocation.json });
  const show = stepsOf(bars.add(file, sizeBytes));
  try {
    for (;;) {
      const { deliveries } = await invocation.withAdmin((admin) =>
        admin.call('delivery.list', { account, state: null, limit: listRows.max }),
      );
      const now = deliveries.find((one) => one.id === id);
      show(now?.arrivedBytes ?? sizeBytes);
      if (now?.state === 'staged') return;
      if (now?.state !== 'requested')
        throw new CliError('failed', `The file did not come to ${delivery.node}, or the delivery was ended.`);
      await delay(watchIntervalMs);
    }
  } finally {
    bars.stop();
  }
}

interface Access {
  readonly id: string;
  readonly account: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly expiresAtMs: number;
  readonly login: string;
  readonly password: string;
  /** Null, here and below: the node does not speak this protocol. */
  readonly url: string | null;
  readonly ftp: { readonly host: string; readonly port: number } | null;
  readonly sftp: { readonly host: string; readonly port: number } | null;
  readonly hostKeyFingerprints: readonly string[];
}

function describeAccess({ delivery, credentials, endpoints }: Staged): Access {
  const { https, ftp, sftp } = endpoints;
  return {
    id: delivery.id,
    account: delivery.account,
    path: delivery.path,
    sizeBytes: delivery.sizeBytes,
    sha256: delivery.sha256,
    expiresAtMs: delivery.expiresAtMs,
    login: credentials.login,
    password: credentials.password,
    url: https === null ? null : `${https}/d/${credentials.urlToken}/${encodeURIComponent(delivery.file)}`,
    ftp,
    sftp: sftp === null ? null : { host: sftp.host, port: sftp.port },
    hostKeyFingerprints: sftp?.hostKeyFingerprints ?? [],
  };
}

function describeStaged(access: Access): string {
  const { login, password, url, ftp, sftp } = access;
  const path = access.path.split('/').map(encodeURIComponent).join('/');
  const file = access.path.split('/').at(-1) ?? '';
  return [
    `Ready for ${access.account} until ${formatTime(access.expiresAtMs)}: ${showable(file)}, ${formatBytes(access.sizeBytes)}`,
    `  sha256    ${access.sha256}`,
    `  delivery  ${access.id}`,
    '',
    `  login     ${login}`,
    `  password  ${password}`,
    '',
    ...(url === null ? [] : ['Browser, or curl (resumes with -C -):', `  ${url}`]),
    ...(ftp === null
      ? []
      : [
          'FTP over TLS (asks for the password):',
          `  curl --ssl-reqd -C - -O -u ${login} ftp://${formatHostPort(ftp)}/${path}`,
          `  lftp -e 'set ftp:ssl-force true; pget -c ${path}' -u ${login} ftp://${formatHostPort(ftp)}`,
        ]),
    ...(sftp === null ? [] : ['SFTP:', `  sftp -P ${sftp.port} ${login}@${bracketIpv6(sftp.host)}:/${path}`]),
    ...access.hostKeyFingerprints.map((fingerprint) => `  host key  ${fingerprint}`),
  ].join('\n');
}
