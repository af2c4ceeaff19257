// A customer's session at the portal, for programs on the customer's machine: signs in as the form does. Callers: customer-visit.ts and
// customer-asking.ts.
import { formTokenFor } from '#commlink/pages/form-token.ts';

/** The value of a cookie that an answer sets. */
function cookieOf(answer: Response, name: string): string {
  const line = answer.headers.getSetCookie().find((each) => each.startsWith(`${name}=`));
  if (line === undefined) throw new Error(`No ${name} came with ${answer.status} of ${answer.url}.`);
  return line.slice(name.length + 1).split(';')[0] ?? '';
}

/** Signs in with `{"username": …, "password": …}`; returns the headers of each further request. */
export async function signIn(portal: string, login: string): Promise<Readonly<Record<string, string>>> {
  const { username, password } = JSON.parse(login) as { username: string; password: string };
  const visitor = cookieOf(await fetch(`${portal}/sign-in`), '__Host-consign-visitor');
  const form = new URLSearchParams({ formToken: formTokenFor(visitor), next: '/', username, password });
  const signedIn = await fetch(`${portal}/sign-in`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: { cookie: `__Host-consign-visitor=${visitor}` },
  });
  const session = cookieOf(signedIn, '__Host-consign-session');
  return {
    cookie: `__Host-consign-session=${session}`,
    'x-form-token': formTokenFor(session),
    'content-type': 'application/json',
  };
}
