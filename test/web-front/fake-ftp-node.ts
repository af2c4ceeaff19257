// The stand-in for an ftp-node beside a real web-front: what it answers, and what it was asked. Put together by fake-backends.ts.
import type { Handlers, ResultOf } from '#commlink/method-table.ts';
import type { NodeEndpoints, ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';

type Node = typeof ftpNodeMethods;

/** Where the ftp-node says that customers reach it. */
export const endpoints: NodeEndpoints = {
  https: 'https://localhost:18442',
  ftp: { host: 'localhost', port: 18443 },
  sftp: { host: 'localhost', port: 18444, hostKeyFingerprints: [`SHA256:${'x'.repeat(43)}`] },
};

/** What the stand-in for an ftp-node answers. */
export class FakeFtpNode {
  readonly calls: { method: string; params: unknown }[] = [];
  stagingFailure: Extract<ResultOf<Node, 'delivery.stage'>, { staged: false }> | null = null;

  handlers(): Handlers<Node> {
    const handlers: Handlers<Node> = {
      'delivery.stage': async () =>
        this.stagingFailure ?? { staged: true, path: 'gateway/2.1.0/file', endpoints },
      'delivery.unstage': async () => ({ unstagedCount: 1, cutTransferCount: 0 }),
      'bans.replace': async () => ({ sequence: 7 }),
      'sessions.list': async () => ({ sessions: [], sessionCount: 0 }),
      'sessions.cut': async () => ({ cutSessionCount: 2 }),
      'artifacts.hold': async () => ({ arriving: [] }),
      'artifact.read': async () => ({ sealed: 'x'.repeat(60) }),
      'node.describe': async () => ({
        name: 'ftp1',
        endpoints,
        jailed: true,
        seccomp: true,
        sshNativeCrypto: true,
        stagedCount: 0,
        sessionCount: 0,
        transferCount: 0,
        loadPercent: 0,
        draining: false,
        banSequence: 0,
        storeroomFreeBytes: 1,
        pids: {},
      }),
    };
    return recording(handlers, this.calls);
  }
}

/** The same handlers, which note each call. */
export function recording<H extends Record<string, (...args: never[]) => Promise<unknown>>>(
  handlers: H,
  calls: { method: string; params: unknown }[],
  beforeAnswer?: (method: string) => Promise<void> | undefined,
): H {
  const wrapped = Object.entries(handlers).map(([method, handler]) => [
    method,
    async (...args: never[]) => {
      calls.push({ method, params: args[0] });
      await beforeAnswer?.(method);
      return await handler(...args);
    },
  ]);
  return Object.fromEntries(wrapped) as H;
}
