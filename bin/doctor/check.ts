// What one check of `consign doctor` finds, and what all checks may look at.
import { existsSync } from 'node:fs';
import { programNames, type Endpoints, type ProgramName, type StateLayout } from '#deploy/state-directory.ts';
import type { HostPort } from '#commlink/settings/link-settings.ts';
import type { Admin } from '../admin-client.ts';

/** A finding. `advice` says what to do; it is there unless all is well. */
export interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly advice?: string;
}

/** What there is to look at. `admin`, `endpoints` and `portalDoor` are null when Consign is not running. */
export interface Patient {
  readonly layout: StateLayout;
  readonly admin: Admin | null;
  readonly endpoints: Endpoints | null;
  /** Where the web-front of this machine itself listens. */
  readonly portalDoor: HostPort | null;
}

/** Whether a program runs from this state; also one that was not made yet counts, before anything joined. */
export function hasProgram(layout: StateLayout, name: ProgramName): boolean {
  const isHere = (program: ProgramName): boolean => existsSync(layout.configFile(program));
  return isHere(name) || !programNames.some(isHere);
}

/** What to do about a program that does not do what it should. */
export function seeLogs({ logDirectory }: StateLayout): string {
  return `See the logs in ${logDirectory}, or journalctl -u consign-ROLE where systemd runs it.`;
}

/** A finding that all is well. */
export function ok(check: string, detail: string): Finding {
  return { check, level: 'ok', detail };
}

/** A finding of something that another machine of the cluster has. */
export function elsewhere(check: string): Finding {
  return ok(check, 'not on this machine');
}

/** A finding of something that works, but not as well as it should. */
export function warn(check: string, detail: string, advice: string): Finding {
  return { check, level: 'warn', detail, advice };
}

/** A finding of something that must be put right. */
export function fail(check: string, detail: string, advice: string): Finding {
  return { check, level: 'fail', detail, advice };
}
