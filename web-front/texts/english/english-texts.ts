// Every text of the portal's pages in English, by area: the language that the others are typed by.
import { errorsTexts } from './errors.ts';
import { frameTexts } from './frame.ts';
import { keysAndTokensTexts } from './keys-and-tokens.ts';
import { signInTexts } from './sign-in.ts';

/** The texts. */
export const englishTexts = {
  frame: frameTexts,
  signIn: signInTexts,
  errors: errorsTexts,
  keysAndTokens: keysAndTokensTexts,
};
