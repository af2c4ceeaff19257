// The first logins of an installation. They are chosen and written (0600) before anything else exists, and the file is
// removed once they were created and shown: a first start that is cut short goes on with the same ones.
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { writePrivateFile } from '#commlink/private-file.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import type { StateLayout } from './state-directory.ts';

const Login = strictObject({ name: Type.String(), password: Type.String() });

const FirstLogins = strictObject({
  staff: Login,
  /** The demo customer; null with --empty. */
  customer: Type.Union([Login, Type.Null()]),
});
/** Who can sign in after the first start. */
export type FirstLogins = Static<typeof FirstLogins>;

const firstLoginsCheck = compileSchema('first-logins.json', FirstLogins);

/** Without letters and digits that are mistaken for one another; 20 of 31 are 99 bits. */
const passwordAlphabet = '23456789abcdefghjkmnpqrstuvwxyz';
const passwordShape = { groups: 4, groupCharacters: 5 } as const;

/** Chooses the first logins and writes them down. Does nothing when that was done at an earlier start. */
export async function planFirstLogins(layout: StateLayout, options: { withDemo: boolean }): Promise<void> {
  if (existsSync(layout.firstLoginsFile)) return;
  const logins: FirstLogins = {
    staff: { name: 'operator', password: createPassword() },
    customer: options.withDemo ? { name: 'demo', password: createPassword() } : null,
  };
  await writePrivateFile(layout.firstLoginsFile, `${JSON.stringify(logins)}\n`);
}

/** The logins that are still to be created and shown; null when that is done. */
export async function readFirstLogins(layout: StateLayout): Promise<FirstLogins | null> {
  if (!existsSync(layout.firstLoginsFile)) return null;
  return firstLoginsCheck.parse(JSON.parse(await readFile(layout.firstLoginsFile, 'utf8')));
}

/** Forgets the logins, once they were shown. */
export async function forgetFirstLogins(layout: StateLayout): Promise<void> {
  await rm(layout.firstLoginsFile, { force: true });
}

function createPassword(): string {
  const character = (): string => passwordAlphabet[randomInt(passwordAlphabet.length)] ?? '';
  const group = (): string => Array.from({ length: passwordShape.groupCharacters }, character).join('');
  return Array.from({ length: passwordShape.groups }, group).join('-');
}
