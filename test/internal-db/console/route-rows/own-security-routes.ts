// Rows of the console's route table: the second step of the sign-in, and what staff change of their own sign-in.
import type { RouteRequest, RouteRow } from '../route-row.ts';

const emptyForm = async (): Promise<RouteRequest> => ({ body: {} });
/** With a password that is not theirs, or an answer to no question. */
const refused: RouteRow = { who: 'staff', request: emptyForm, answers: 422 };

/** By method and path as the route was registered. */
export const ownSecurityRows: Readonly<Record<string, RouteRow>> = {
  // Whoever is signed in completely is led away from the second step.
  'GET /second-factor': { who: 'staff', answers: 303 },
  'POST /second-factor': { who: 'staff', request: emptyForm, answers: 303 },
  'POST /second-factor/set-up': { who: 'staff', request: emptyForm, answers: 303 },
  'POST /second-factor/set-up/passkey': { who: 'staff', request: emptyForm, answers: 303 },
  'GET /security': { who: 'staff' },
  'POST /security/totp': refused,
  'POST /security/totp/confirm': refused,
  'POST /security/totp/remove': refused,
  'POST /security/passkeys': refused,
  'POST /security/passkeys/register': refused,
  'POST /security/passkeys/:id/remove': {
    ...refused,
    request: async () => ({ path: '/security/passkeys/pky_AAAAAAAAAAAAAAAAAAAAAA/remove', body: {} }),
  },
  'POST /security/recovery-codes': refused,
  'POST /security/password': {
    ...refused,
    request: async () => ({ body: { password: 'not the password', newPassword: 'seven green kites' } }),
  },
};
