// Asks for the verdict on a login and makes the session. ftp-srv's own login() calls it through the server's `login`
// event, and gets the session's file system. Caller: customer-ftp-server.ts. Trusts the verdict, which the stager has
// verified.
import { passwordCharactersMax } from '#commlink/methods/login-credential.ts';
import type { ControlConnection } from './control-connection.ts';
import { CustomerFileSystem } from './customer-file-system.ts';

/** The longest that the stager's door takes (session-methods.ts); nobody has such a name. */
const usernameCharactersMax = 128;

/** Why a login is refused: wrong credentials, suspended account, or too many logins for now. */
export class LoginRefusal extends Error {
  readonly code: 'credentials' | 'suspended' | 'throttled';

  constructor(code: LoginRefusal['code']) {
    super(`Login refused: ${code}.`);
    this.name = 'LoginRefusal';
    this.code = code;
  }
}

/** Begins the session and gives its file system. Throws LoginRefusal; RpcError when nobody could be asked. */
export async function decideLogin(
  connection: ControlConnection,
  login: { readonly username: string; readonly password: string },
): Promise<CustomerFileSystem> {
  const { services } = connection.gateway;
  const { username, password } = login;
  const protocol = connection.secure ? 'ftps' : 'ftp';
  if (username.length > usernameCharactersMax || password.length > passwordCharactersMax)
    throw new LoginRefusal('credentials');
  const verdict = await services.verifyLogin({
    connection: connection.connectionId,
    protocol,
    address: connection.address,
    username,
    credential: { kind: 'password', password },
  });
  // A signature can't be asked for here.
  if (!verdict.allowed)
    throw new LoginRefusal(verdict.reason === 'signature_needed' ? 'credentials' : verdict.reason);
  const { account, principal, expiresAtMs, only } = verdict;
  // After a login to another account, which this process belongs to now.
  if (!(await services.enterAccount(account))) throw new LoginRefusal('throttled');
  const admission = await services.registerSession({
    connection: connection.connectionId,
    username,
    account,
    principal,
    protocol,
    expiresAtMs,
    only,
    end: (reason) => void connection.close(421, endTexts[reason]),
  });
  if (admission === null) throw new LoginRefusal('throttled');
  if (connection.gone.aborted) admission.release();
  const files = new CustomerFileSystem(services.accountDirectory(account, only));
  connection.beginSession({ account, principal, username, only, files, admission });
  return files;
}

const endTexts = {
  expired: 'Your login has expired.',
  revoked: 'Your login has been revoked.',
  shutdown: 'The server is going down; please come back soon.',
  cut: 'Your session was ended by the operator.',
  banned: 'This address is not served.',
} as const;
