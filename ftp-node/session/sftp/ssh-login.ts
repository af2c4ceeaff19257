// Logs a client in with a public key, or with a password given by the method `password` or `keyboard-interactive`
// (RFC 4252, RFC 4256). Caller: ssh-connection.ts. Trusts nothing that the client says; whether the credential is right
// is decided by internal-db, through services.verifyLogin.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthContext, Connection, KeyboardAuthContext, PublicKeyAuthContext } from 'ssh2';
import type { LoginVerdict } from '#commlink/methods/fields.ts';
import type { LoginCredential } from '#commlink/methods/login-credential.ts';
import type { DeliveredFile, SessionRegistration, SessionServices } from '../session-services.ts';
import { sshLimits } from './sftp-limits.ts';
import { askForSignature, readPublicKey, signatureAlgorithms } from './ssh-public-key.ts';
import { refuseService, tellSignatureAlgorithms } from './ssh2-insides.ts';

/** A login that succeeded. */
export interface Login {
  readonly account: string;
  readonly principal: string;
  /** As the client gave it. */
  readonly username: string;
  /** The one file that the session is for, if it is for one. */
  readonly only: DeliveredFile | undefined;
  /** The session's registration; releasing it is the receiver's. */
  readonly registration: SessionRegistration;
}

/** What a login needs. */
export interface LoginOptions {
  readonly connection: Connection;
  readonly services: SessionServices;
  readonly address: string;
  /** The connection's id at the stager. */
  readonly connectionId: string;
  /** Aborts when the connection is gone. */
  readonly signal: AbortSignal;
  /** Called once, before any channel can be opened. */
  readonly onLogin: (login: Login) => void;
  /** Called when the client has tried too often. */
  readonly onRefused: () => void;
  /** Called when the session must end: its credential expired or was revoked, or the server stops. */
  readonly onEnd: (reason: string) => void;
}

const tooManyText = 'Your account has too many sessions open; please close one and try again.';
const declinedText = 'The server is changing its configuration; please try again in a moment.';

const methods: ('publickey' | 'password' | 'keyboard-interactive')[] = [
  'publickey',
  'password',
  'keyboard-interactive',
];

/** Answers the connection's authentication requests. */
export function offerLogin(options: LoginOptions): void {
  const attempts = new LoginAttempts(options);
  tellSignatureAlgorithms(options.connection, signatureAlgorithms);
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
  #keyQuestionCount = 0;
  #attemptCount = 0;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  async answerRequest(request: AuthContext): Promise<void> {
    this.#requestCount += 1;
    if (this.#requestCount > sshLimits.authenticationRequestsMax) return this.#options.onRefused();
    switch (request.method) {
      case 'password':
        return await this.#attempt(request, { kind: 'password', password: request.password });
      case 'keyboard-interactive': {
        const password = await askPassword(request);
        if (password !== null) await this.#attempt(request, { kind: 'password', password });
        return;
      }
      case 'publickey':
        return await this.#answerKey(request);
      case 'none':
      case 'hostbased':
        return request.reject(methods);
    }
  }

  /** A signed key is a login; one without a signature is a question, of which clients ask one for each key they have. */
  async #answerKey(request: PublicKeyAuthContext): Promise<void> {
    const credential = readPublicKey(request);
    if (credential === null) return request.reject(methods);
    if (credential.signature !== null) return await this.#attempt(request, credential);
    this.#keyQuestionCount += 1;
    if (this.#keyQuestionCount > sshLimits.keyQuestionsMax) return request.reject(methods);
    if (!(await this.#isAdmitted())) return;
    const verdict = await this.#verify(request.username, credential);
    if (this.#options.signal.aborted) return;
    const isUseful = verdict?.allowed === false && verdict.reason === 'signature_needed';
    if (isUseful) askForSignature(request);
    else request.reject(methods);
  }

  /** When it is false, the client has heard of it, or is gone. */
  async #isAdmitted(): Promise<boolean> {
    const { connection, services, signal } = this.#options;
    if (await services.waitForAdmission(signal)) return true;
    // Not a failed login: people and programs would take their password for a wrong one.
    if (!signal.aborted) refuseService(connection, declinedText);
    return false;
  }

  async #attempt(request: AuthContext, credential: LoginCredential): Promise<void> {
    const { services, signal, onRefused } = this.#options;
    if (!(await this.#isAdmitted())) return;
    this.#attemptCount += 1;
    // Counted before the answer is known: a client need not wait for it before it tries again.
    const attempt = this.#attemptCount;
    if (attempt > services.limits.loginAttemptsMax) return onRefused();
    const verdict = await this.#verify(request.username, credential);
    if (signal.aborted) return;
    if (verdict?.allowed === true && (await this.#accept(request, verdict))) return;
    const { first, longest } = sshLimits.loginDelayMs;
    await sleep(Math.min(longest, first * 2 ** (attempt - 1)), undefined, { signal, ref: false });
    request.reject(methods);
    if (attempt >= services.limits.loginAttemptsMax) onRefused();
  }

  /** Null when nobody could be asked, or need be. */
  async #verify(username: string, credential: LoginCredential): Promise<LoginVerdict | null> {
    const { services, address, connectionId: connection } = this.#options;
    if (username.length > sshLimits.usernameCharactersMax) return null;
    if (credential.kind === 'password' && credential.password.length > sshLimits.passwordCharactersMax)
      return null;
    try {
      return await services.verifyLogin({ connection, protocol: 'sftp', address, username, credential });
    } catch (error) {
      services.log.error({ err: error, address }, 'sftp login could not be verified');
      return null;
    }
  }

  /** False when it is refused like a wrong credential; otherwise the client has its answer. */
  async #accept(request: AuthContext, verdict: Extract<LoginVerdict, { allowed: true }>): Promise<boolean> {
    const { connection, services, signal, onLogin, onEnd } = this.#options;
    const { account, principal, expiresAtMs, only } = verdict;
    if (!(await services.enterAccount(account))) return false;
    const registration = await services.registerSession({
      connection: this.#options.connectionId,
      principal,
      account,
      username: request.username,
      protocol: 'sftp',
      expiresAtMs,
      only,
      end: onEnd,
    });
    if (registration === null) {
      services.log.warn({ account, principal }, 'sftp login refused: the account has too many sessions');
      // Not a failed login, as in #isAdmitted.
      if (!signal.aborted) refuseService(connection, tooManyText);
      return true;
    }
    if (signal.aborted) {
      registration.release();
      return true;
    }
    // ssh2 ignores the answer to a request that a newer one has replaced, and says `ready` at once otherwise.
    let isAccepted = false;
    const onReady = (): void => {
      isAccepted = true;
      onLogin({ account, principal, username: request.username, only, registration });
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
