// The error of a signed or sealed document that cannot be taken at its word.
// Thrown by signed-document.ts and sealed-message.ts; callers match the code and treat the document as absent.

/**
 * - `bad_signature`  the signature does not verify under the given key, for this kind of document
 * - `malformed`      not the envelope, not JSON, not the kind's schema, or not sealed to this key for this purpose
 */
export type DocumentErrorCode = 'bad_signature' | 'malformed';

/** A document that was refused. `message` names the kind and never quotes the document. */
export class DocumentError extends Error {
  readonly code: DocumentErrorCode;

  constructor(code: DocumentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DocumentError';
    this.code = code;
  }
}
