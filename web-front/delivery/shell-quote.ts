// Quoting for lines that customers paste into a terminal: file names are the vendor's, so none may end a quotation.
// Called by client-commands.ts.

const plainWord = /^[A-Za-z0-9_/.,@%+=:][A-Za-z0-9_/.,@%+=:-]*$/;

/** One word of a POSIX shell: plain where that is safe, else in single quotes. */
export function quoteForShell(word: string): string {
  return plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One word of lftp's own command language, whose double quotes take backslash escapes. */
export function quoteForLftp(word: string): string {
  return plainWord.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** A remote path for OpenSSH's sftp and scp, which expand patterns in it and, sftp, split it at blanks. */
export function escapeForOpenSsh(path: string): string {
  return path.replace(/[\s'"\\*?[\]{}#]/g, '\\$&');
}

/** A string of PowerShell: single quotes are doubled, and nothing else is special. */
export function quoteForPowerShell(word: string): string {
  return `'${word.replace(/['‘’‚‛]/g, '$&$&')}'`;
}
