// What the stager answers its session servers: the jail's door (session-methods.ts). Caller: the session host takes these,
// one set for each session server, so that each speaks for its own transfers only.
import type { DownloadRegister } from './downloads/download-register.ts';
import type { TransferPace } from './downloads/transfer-pace.ts';
import { verifyLogin, type LoginRelayOptions } from './login-relay.ts';
import type { GenerationOptions } from './session-host/session-generation.ts';
import type { StagerContext } from './stager/stager-context.ts';

/** What the handlers work with. */
export interface SessionDoor {
  readonly context: StagerContext;
  readonly downloads: DownloadRegister;
  readonly pace: TransferPace;
  readonly login: LoginRelayOptions;
}

/** The handlers for the session server `name`. */
export function sessionHandlers(
  door: SessionDoor,
  name: string,
): ReturnType<GenerationOptions['handlersFor']> {
  const { context, downloads } = door;
  return {
    'login.verify': (attempt, { signal }) => verifyLogin(door.login, attempt, signal),
    'staging.describe': async ({ account, path, delivery: asked }) => {
      const nowMs = context.now();
      const record = context.deliveries
        .at(account, path)
        .find(({ stagedUntilMs, delivery }) => stagedUntilMs > nowMs && delivery === (asked ?? delivery));
      if (record === undefined) return null;
      const { delivery, sha256, sizeBytes, mediaType, publishedAtMs } = record;
      return { delivery, sha256, sizeBytes, mediaType, publishedAtMs };
    },
    'transfer.begin': async (start) => {
      if (!(await door.pace.admit(start.account))) return { begun: false, refusal: 'too_many' };
      const download = await downloads.begin(start, name);
      return download === null ? { begun: false, refusal: 'not_staged' } : { begun: true, download };
    },
    'transfer.progress': async ({ download, sentBytes }) => {
      downloads.progress(download, sentBytes, name);
      return {};
    },
    'transfer.end': async (ending) => {
      await downloads.end(ending, name);
      return {};
    },
  };
}
