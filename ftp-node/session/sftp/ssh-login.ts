// Logs a client in with a password, given by the method `password` or `keyboard-interactive` (RFC 4252, RFC 4256).
// Caller: ssh-connection.ts. Trusts nothing that the client says; whether the password is right is decided by
// internal-db, through services.verifyLogin. Public keys come in by one more entry in `methods` and `answerRequest`.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthContext, Connection, KeyboardAuthContext } from 'ssh2';
import type { LoginVerdict } from '#commlink/methods/fields.ts';
import type { Admission, SessionServices } from '../session-services.ts';
import { sshLimits } from './sftp-limits.ts';
import { refuseService } from './ssh-engine.ts';

/** A login that succeeded. */
export interface Login {
  readonly account: string;
  readonly principal: string;
  /** As the client gave it. */
  readonly username: string;
  /** The session's registration; releasing it is the receiver's. */
  readonly registration: Admission;
}

/** What a login needs. */
export interface LoginOptions {
  readonly connection: Connection;
  readonly services: SessionServices;
  readonly address: string;
  /** Aborts when the connection is gone. */
  readonly signal: AbortSignal;
  /** Called once, before any channel can be opened. */
  readonly onLogin: (login: Login) => void;
  /** Called when the client has tried too often. */
  readonly onRefused: () => void;
  /** Called when the session must end: its credential expired or was revoked, or the server stops. */
  readonly onEnd: (reason: string) => void;
}

const declinedText = 'The server is changing its configuration; please try again in a moment.';

const methods: ('password' | 'keyboard-interactive')[] = ['password', 'keyboard-interactive'];

/** Answers the connection's authentication requests. */
export function offerLogin(options: LoginOptions): void {
  const attempts = new LoginAttempts(options);
  options.connection.on('authentication', (request) => {
    attempts.answerRequest(request).catch((error: unknown) => {
      if (!options.signal.aborted) options.services.log.error({ err: error }, 'sftp login broke');
      options.onRefused();
    });
  });
}

class LoginAttempts {
  readonly #options: LoginOptions;
  #requestCount = 0;
  #attemptCount = 0;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  async answerRequest(request: AuthContext): Promise<void> {
    this.#requestCount += 1;
    if (this.#requestCount > sshLimits.authenticationRequestsMax) return this.#options.onRefused();
    switch (request.method) {
      case 'password':
        return await this.#attempt(request, request.password);
      case 'keyboard-interactive': {
        const password = await askPassword(request);
        if (password !== null) await this.#attempt(request, password);
        return;
      }
      case 'none':
      case 'publickey':
      case 'hostbased':
        return request.reject(methods);
    }
  }

  async #attempt(request: AuthContext, password: string): Promise<void> {
    const { connection, services, signal, onRefused } = this.#options;
    if (!(await services.waitForAdmission(signal))) {
      // Not a failed login: people and programs would take the password for a wrong one.
      if (!signal.aborted) refuseService(connection, declinedText);
      return;
    }
    this.#attemptCount += 1;
    // Counted before the answer is known: a client need not wait for it before it tries again.
    const attempt = this.#attemptCount;
    if (attempt > services.limits.loginAttemptsMax) return onRefused();
    const verdict = await this.#verify(request.username, password);
    if (signal.aborted) return;
    if (verdict?.allowed === true && this.#accept(request, verdict)) return;
    const { first, longest } = sshLimits.loginDelayMs;
    await sleep(Math.min(longest, first * 2 ** (attempt - 1)), undefined, { signal, ref: false });
    request.reject(methods);
    if (attempt >= services.limits.loginAttemptsMax) onRefused();
  }

  /** Null when nobody could be asked, or need be. */
  async #verify(username: string, password: string): Promise<LoginVerdict | null> {
    const { services, address } = this.#options;
    const isTooLong =
      username.length > sshLimits.usernameCharactersMax || password.length > sshLimits.passwordCharactersMax;
    if (isTooLong) return null;
    try {
      const credential = { kind: 'password' as const, password };
      return await services.verifyLogin({ protocol: 'sftp', address, username, credential });
    } catch (error) {
      services.log.error({ err: error, address }, 'sftp login could not be verified');
      return null;
    }
  }

  /** False when the account has too many sessions. */
  #accept(request: AuthContext, verdict: Extract<LoginVerdict, { allowed: true }>): boolean {
    const { connection, services, onLogin, onEnd } = this.#options;
    const { account, principal, expiresAtMs } = verdict;
    const session = { principal, account, protocol: 'sftp' as const, expiresAtMs, end: onEnd };
    const registration = services.registerSession(session);
    if (registration === null) {
      services.log.warn({ account, principal }, 'sftp login refused: the account has too many sessions');
      return false;
    }
    // ssh2 ignores the answer to a request that a newer one has replaced, and says `ready` at once otherwise.
    let isAccepted = false;
    const onReady = (): void => {
      isAccepted = true;
      onLogin({ account, principal, username: request.username, registration });
    };
    connection.once('ready', onReady);
    request.accept();
    connection.off('ready', onReady);
    if (!isAccepted) registration.release();
    return true;
  }
}

/** Asks for the password; null when the client gave something else, or another request came first. */
async function askPassword(request: KeyboardAuthContext): Promise<string | null> {
  const answers = await new Promise<unknown>((resolve) => {
    request.prompt([{ prompt: 'Password: ', echo: false }], (given: unknown) => resolve(given));
  });
  // When the request was aborted, ssh2 gives an Error here, and wants no answer.
  if (!Array.isArray(answers)) return null;
  const password: unknown = answers[0];
  if (answers.length === 1 && typeof password === 'string') return password;
  request.reject(methods);
  return null;
}
