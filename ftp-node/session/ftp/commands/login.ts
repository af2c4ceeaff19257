// USER and PASS. Mends defect 14 of ftp-srv in part: a second USER is refused for ever after a mistyped first. Passwords
// are taken over TLS only, unless the operator allows otherwise; failures are answered ever later, and only so many times. Caller: command-table.ts.
import { setTimeout as delay } from 'node:timers/promises';
import { RpcError } from '#commlink/rpc-error.ts';
import type { ControlConnection } from '../control-connection.ts';
import { ftpLimits } from '../ftp-limits.ts';
import { LoginRefusal } from '../login-verdict.ts';
import { mayLogIn } from '../plain-packages.ts';

const tlsFirst = 'Encrypt the connection first: send AUTH TLS.';

/** USER: remembers the name. */
export async function nameUser(connection: ControlConnection, username: string): Promise<void> {
  if (!mayLogIn(connection, username)) return connection.reply(530, tlsFirst);
  if (connection.session === null) {
    connection.username = username;
    return connection.reply(331, 'Send the password or token.');
  }
  if (connection.session.username === username) return connection.reply(230, 'You are logged in already.');
  return connection.reply(530, 'You are logged in; reconnect to be somebody else.');
}

/** PASS: asks for the verdict and begins the session. */
export async function checkPassword(connection: ControlConnection, password: string): Promise<void> {
  const { username } = connection;
  if (!mayLogIn(connection, username ?? '')) return connection.reply(530, tlsFirst);
  if (connection.session !== null) return connection.reply(230, 'You are logged in already.');
  if (username === undefined) return connection.reply(503, 'Send USER first.');
  delete connection.username;
  const { services } = connection.gateway;
  if (!(await services.waitForAdmission(connection.gone)))
    return connection.close(421, 'The server is changing its configuration; please try again in a moment.');
  try {
    await connection.login(username, password);
    return await connection.reply(230, 'Logged in.');
  } catch (error) {
    if (error instanceof LoginRefusal) return answerRefusal(connection, error);
    if (!(error instanceof RpcError)) throw error;
    services.log.warn({ code: error.code }, 'nobody could be asked about a login');
    return connection.close(421, 'Logins cannot be checked now; please try again in a moment.');
  }
}

async function answerRefusal(connection: ControlConnection, refusal: LoginRefusal): Promise<void> {
  if (refusal.code === 'throttled') return connection.close(421, 'Too many logins; please try again later.');
  connection.failedLoginCount += 1;
  const pauseMs = ftpLimits.loginFailureDelayMs * 2 ** (connection.failedLoginCount - 1);
  await delay(pauseMs, undefined, { signal: connection.gone });
  if (connection.failedLoginCount >= connection.gateway.services.limits.loginAttemptsMax)
    return connection.close(530, 'Login incorrect, too many times.');
  const text = refusal.code === 'suspended' ? 'This account is suspended.' : 'Login incorrect.';
  return connection.reply(530, text);
}
