// Whether a password that somebody chooses is good enough: long, and not made of what everybody knows (NIST SP 800-63B-4,
// section 3.1.1.2: no rules about kinds of characters). Pure.
import { passwordCharacters } from '#commlink/methods/people-fields.ts';

const differentCharactersMin = 5;

/** What everybody may know of somebody. */
export interface KnownNames {
  readonly username: string;
  readonly email: string | null;
  readonly account: string;
}

/** Whether it may be taken. */
export function isGoodPassword(password: string, { username, email, account }: KnownNames): boolean {
  if (password.length < passwordCharacters.min || password.length > passwordCharacters.max) return false;
  if (new Set(password).size < differentCharactersMin) return false;
  // What is left when the names are taken out is what somebody would have to guess.
  const names = [username, email, email?.split('@')[0], account, 'password', 'passwort'];
  const known = names.flatMap((name) => (name && name.length > 2 ? [name.toLowerCase()] : []));
  const rest = known
    .toSorted((one, other) => other.length - one.length)
    .reduce((left, name) => left.replaceAll(name, ''), password.toLowerCase());
  return rest.length >= passwordCharacters.min / 2;
}
