// FTP without TLS, where it is for packages alone: these are signed and encrypted in themselves. Callers: the commands of the login
// and the data connections. Whether an appliance's credential is for a package, and may be used in clear, the stager decides
// (appliance-login.ts).
import { applianceUid } from '#commlink/fleet/fleet-names.ts';
import type { ControlConnection } from './control-connection.ts';

/** Whether somebody of this name may log in on this connection as it is now. */
export function mayLogIn(connection: ControlConnection, username: string): boolean {
  const { plaintext, plainPackages } = connection.gateway;
  return connection.secure || plaintext === 'allowed' || (plainPackages && applianceUid.test(username));
}

/** Whether this is an appliance's session in clear; then its data are in clear too. */
export function isPlainPackageSession({ secure, gateway, session }: ControlConnection): boolean {
  return !secure && gateway.plainPackages && session?.only !== undefined;
}
