// Parses the plaintext of a sealed login attempt. Called by node-documents.ts; the password stays in the returned object.
import { LoginAttempt } from '#commlink/methods/documents.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';

const check = compileSchema('login attempt', LoginAttempt);

/** The attempt, checked. Throws RpcError `bad_request`; the message never quotes the plaintext. */
export function parseLoginAttempt(plaintext: Uint8Array): LoginAttempt {
  const value = parseJson(plaintext);
  if (check.matches(value)) return value;
  throw new RpcError('bad_request', 'The sealed login attempt is not well formed.');
}

function parseJson(plaintext: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext));
  } catch {
    // Without a cause: the parser's message would quote the password.
    throw new RpcError('bad_request', 'The sealed login attempt is not JSON.');
  }
}
