// An authenticator app for kim of the provider's room. Called by tests of the second factor after a provider.
import { address, awaitFreshStep, memberPassword } from '../support/people-room.ts';
import { codeOf } from '../../rig/totp-code.ts';
import type { ProviderRoom } from './provider-room.ts';

/** Sets it up; returns its secret. */
export async function memberTotp({ webFront, done }: ProviderRoom): Promise<string> {
  const opened = await webFront.call('session.open', { username: 'kim', password: memberPassword, address });
  if (!opened.opened) throw new Error(opened.reason);
  const { session } = opened;
  await awaitFreshStep();
  const { challenge, secret } = await done('totp.begin', { session, password: memberPassword });
  await done('totp.confirm', { session, challenge, code: codeOf(secret, -1) });
  return secret;
}

/** The code that it shows now. */
export function appCodeOf(secret: string): string {
  return codeOf(secret);
}
