// Every text of the portal's pages in German, by area. A text that is missing does not compile.
import type { PortalTexts } from '../portal-texts.ts';
import { errorsTexts } from './errors.ts';
import { frameTexts } from './frame.ts';
import { keysAndTokensTexts } from './keys-and-tokens.ts';
import { signInTexts } from './sign-in.ts';

/** The texts. */
export const germanTexts: PortalTexts = {
  frame: frameTexts,
  signIn: signInTexts,
  errors: errorsTexts,
  keysAndTokens: keysAndTokensTexts,
};
