// Bans a network from which too many logins have failed, at whatever node or web-front. Told by the throttle how attempts
// ended. The staff console's sign-in is not counted: it is at an internal address, and has the throttle.
import { formatNetwork, parseNetwork, type IpNetwork } from '#commlink/ip-network.ts';
import type { Logger } from '#commlink/log.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import type { Clock } from '../clock.ts';
import { banDurationMsMax, banRepeatWithinMs } from '../limits.ts';
import type { AttemptOrigin, AttemptWatch } from '../passwords/failure-throttle.ts';
import type { Transaction } from '../store/store.ts';
import type { BanRegister } from './ban-register.ts';
import type { FailedLogins } from './failed-logins.ts';

/** What it works with. */
export interface FailureBansParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly register: BanRegister;
  readonly failedLogins: FailedLogins;
  readonly settings: () => InternalDbSettings['bans'];
}

/** Who bans for failed logins, in the audit log and in lists. */
const actor = 'internal-db';

/** The watch. */
export class FailureBans implements AttemptWatch {
  readonly #parts: FailureBansParts;
  readonly #underway = new Map<string, Promise<void>>();

  constructor(parts: FailureBansParts) {
    this.#parts = parts;
  }

  /** Counts it, and bans its network when that was one too many. */
  failed({ door, name, address }: AttemptOrigin): void {
    const { register, failedLogins, settings } = this.#parts;
    const network = parseNetwork(address);
    if (isExempt(door) || network === null || register.isNeverBanned(network)) return;
    const { failuresMax, windowMs } = settings();
    const count = failedLogins.note(network, name, windowMs);
    const key = formatNetwork(network);
    if (count < failuresMax || this.#underway.has(key) || register.bannedUntilMs(address) !== null) return;
    this.#underway.set(key, this.#ban(network, count));
  }

  /** Its name's failures from there don't count any more. */
  succeeded({ name, address }: AttemptOrigin): void {
    const network = parseNetwork(address);
    if (network !== null) this.#parts.failedLogins.forgive(network, name);
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underway.values());
  }

  async #ban(network: IpNetwork, count: number): Promise<void> {
    const { log, register, settings } = this.#parts;
    const reason = `${count} failed logins within ${Math.ceil(settings().windowMs / 60_000)} min`;
    const key = formatNetwork(network);
    try {
      const ban = await register.add(network, { actor, reason }, (tx) => this.#duration(tx, key));
      log.warn({ network: key, untilMs: ban.untilMs, reason }, 'an address was banned');
    } catch (error) {
      log.error(
        { network: key, err: error },
        'an address was not banned; its next failed login is tried again',
      );
    } finally {
      this.#underway.delete(key);
    }
  }

  /** Twice as long each time that it happens again. */
  async #duration(transaction: Transaction, network: string): Promise<number> {
    const { clock, settings } = this.#parts;
    const firstMs = settings().durationMs;
    const sinceMs = clock.nowMs() - banRepeatWithinMs;
    const repeatCount = await transaction.bans.countSince({ network, bannedBy: actor, sinceMs });
    const doubledMs = firstMs * 2 ** Math.min(30, repeatCount);
    return Math.max(firstMs, Math.min(banDurationMsMax, doubledMs));
  }
}

/** The console's doors are inside, and who asks for a forgotten password has guessed nothing. */
function isExempt(door: string): boolean {
  return door.startsWith('console') || door === 'reset';
}
