// What goes wrong between internal-db and an identity provider. Thrown by the files that speak with one, and answered as a
// refusal by the services.

/**
 * `provider_down`: it could not be reached, or does not describe itself well; `provider_refused`: it says that the person, or
 * we, may not; `answer_wrong`: what came back was not made for this sign-in, or is not what the provider signs.
 */
export type ProviderFailureCode = 'provider_down' | 'provider_refused' | 'answer_wrong';

/** One of them. `cause` is the library's error; it may quote the provider and is not logged as it is. */
export class ProviderFailure extends Error {
  readonly code: ProviderFailureCode;

  constructor(code: ProviderFailureCode, cause: unknown) {
    super(`the identity provider: ${code}`, { cause });
    this.name = 'ProviderFailure';
    this.code = code;
  }
}

/** A few words for the log: codes only, since a provider's text may quote what it was sent. */
export function describeProviderFailure(error: unknown): string {
  const words: string[] = [];
  for (let at = error; at instanceof Error && words.length < 4; at = at.cause) {
    const { code, error: said } = at as Error & { code?: unknown; error?: unknown };
    const word = [code, said].filter((part) => typeof part === 'string').join(' ');
    words.push(word === '' ? at.name : word);
  }
  return words.join(', ').slice(0, 300);
}
