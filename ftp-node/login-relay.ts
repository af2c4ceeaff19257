// A customer's login, from the jail to internal-db and back: sealed on the way there, so that the relaying web-front
// learns no password, and signed on the way back, so that it cannot answer for internal-db. When the internal-db that it was
// sealed to is away, the next one is asked. Caller: the session host.
import { randomBytes } from 'node:crypto';
import type { Member } from '#commlink/node-config.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { sealMessage } from '#commlink/sealed-message.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { loginSealingPurpose, type LoginAttempt } from '#commlink/methods/documents.ts';
import { decideLoginAlone, type LoneLoginOptions } from './login-alone.ts';
import type { InternalDbVerifier } from './internal-db-verifier.ts';
import type { RelayCall } from './reports/web-front-relay.ts';
import type { stagerMethods } from './session-methods.ts';

/** What the relay works with. */
export interface LoginRelayOptions {
  readonly cluster: string;
  readonly node: string;
  /** The members that may be asked now, one after the other. */
  readonly internalDbs: () => readonly Member[];
  readonly verifier: InternalDbVerifier;
  readonly relay: RelayCall;
  /** Decides where nobody could be asked. */
  readonly alone: LoneLoginOptions;
}

type LoginQuestion = ParamsOf<typeof stagerMethods, 'login.verify'>;
type LoginVerdict = ResultOf<typeof stagerMethods, 'login.verify'>;

/** Who was asked is away, or went away meanwhile. A wrong password is then counted twice at most. */
const awayCodes = new Set(['unavailable', 'disconnected']);
/** The same, and a link that is cut and has not noticed yet: whoever was asked may have counted the attempt, so no other one is. */
const nobodyAnswered = new Set([...awayCodes, 'deadline']);

/**
 * Asks internal-db about one login, and where nobody could be asked for a while what the delivery's grant said. Throws RpcError:
 * `unavailable` when neither knows, `bad_reply` when the
 * answer is not internal-db's, or is the answer to another question.
 */
export async function verifyLogin(
  options: LoginRelayOptions,
  attempt: LoginQuestion,
  signal: AbortSignal,
): Promise<LoginVerdict> {
  // The login's schema allows no empty name; internal-db would only refuse it, so it need not be asked.
  if (attempt.username === '') return { allowed: false, reason: 'credentials' };
  let failure = new RpcError('unavailable', 'The cluster has no internal-db.');
  for (const internalDb of options.internalDbs()) {
    try {
      return await askOne(options, { attempt, internalDb }, signal);
    } catch (error) {
      if (!(error instanceof RpcError) || !nobodyAnswered.has(error.code)) throw error;
      failure = error;
      if (!awayCodes.has(error.code)) break;
    }
  }
  if (!options.alone.silence.unanswered()) throw failure;
  const verdict = decideLoginAlone(options.alone, attempt);
  if (verdict === null) throw failure;
  return verdict;
}

async function askOne(
  options: LoginRelayOptions,
  { attempt, internalDb }: { readonly attempt: LoginQuestion; readonly internalDb: Member },
  signal: AbortSignal,
): Promise<LoginVerdict> {
  const { cluster, node, verifier } = options;
  const nonce = randomBytes(16).toString('base64url');
  const { protocol, address, username, credential } = attempt;
  const attemptedAtMs = Date.now();
  const message: LoginAttempt = {
    cluster,
    node,
    nonce,
    protocol,
    address,
    username,
    credential,
    attemptedAtMs,
  };
  const plaintext = Buffer.from(JSON.stringify(message));
  const recipient = internalDb.sealingKey;
  const sealed = await sealMessage({ recipient, purpose: loginSealingPurpose, plaintext });
  const { answer: text } = await options.relay(
    'relay.login',
    { node, internalDb: internalDb.id, sealed },
    signal,
  );
  const answer = verifier.verify('login-answer', text);
  if (answer === null || answer.cluster !== cluster || answer.node !== node || answer.nonce !== nonce)
    throw new RpcError('bad_reply', 'The answer to a login is not from internal-db, or to another login.');
  return answer.verdict;
}
