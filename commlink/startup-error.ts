// The error of a program that can't go on before an operator has put something right. Thrown by whatever reads files and
// settings at a start; process-lifecycle.ts says it in one plain sentence. Imports nothing, so that small programs may throw it.

/**
 * Something that only an operator can put right. The message is "What is wrong. What to do."; it may name files, never
 * secrets. `code` is stable and in capitals: `PORT_TAKEN`, `CONFIG_INVALID`, `KEY_FILE_EXPOSED`.
 */
export class StartupError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartupError';
    this.code = code;
  }
}
