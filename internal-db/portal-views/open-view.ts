// Views of the portal by staff, from the portal's side: opened by a code of the console, ended, and told to the customer.
// Called for the rows `portalView.*` and for `session.close`.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { toldViewsMax, type ToldView } from '#commlink/methods/portal-view-methods.ts';
import type { OpenedSession } from '#commlink/methods/session-owner.ts';
import type { Static } from '#commlink/schema.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { viewOwner, viewScopes, type AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { portalViewLifetimeMs } from '../limits.ts';
import { refuse } from '../people-refusal.ts';
import { hashSecret, newViewToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { MailRecord } from '../store/mails.ts';
import type { ViewWithUser } from '../store/portal-views.ts';
import type { Transaction } from '../store/store.ts';
import { viewsOffered } from './create-view.ts';

/** Opens the view. Refused: `unusable`, for a code that is unknown, used or too old, and for what is over meanwhile. */
export async function openPortalView(
  context: ServiceContext,
  { code, address }: { code: string; address: string },
): Promise<{ done: true; signIn: Static<typeof OpenedSession> } | PeopleRefusal> {
  const codeHash = hashSecret(code);
  const atMs = context.clock.nowMs();
  const found = await context.store.read.portalViews.viewByCode(codeHash);
  if (!found || !mayOpen(context, found, atMs)) return refuse('unusable');
  const mails = found.view.isTold ? await composeNews(context, found, atMs) : [];
  const secret = newViewToken();
  const expiresAtMs = atMs + portalViewLifetimeMs;
  const opened = await context.store.transaction(async (transaction) => {
    const current = await transaction.portalViews.viewByCode(codeHash);
    if (!current || !mayOpen(context, current, atMs)) return false;
    const { id } = current.view;
    await transaction.portalViews.openView({ id, secretHash: hashSecret(secret), atMs, expiresAtMs });
    for (const mail of mails) await transaction.mails.insertMail(mail);
    await audit(transaction, current, { atMs, action: 'portalView.open', detail: { view: id, address } });
    return true;
  });
  if (!opened) return refuse('unusable');
  context.mail.sendSoon();
  const { user, account } = found;
  const owner = viewOwner({
    user,
    account,
    kind: 'session',
    isStaffView: true,
    scopes: viewScopes,
    expiresAtMs,
  });
  return { done: true, signIn: { opened: true, session: secret, owner } };
}

/** Ends the view with this secret. Tells whether there was one. */
export async function endPortalView(context: ServiceContext, secret: string): Promise<{ closed: boolean }> {
  const secretHash = hashSecret(secret);
  return await context.store.transaction(async (transaction) => {
    const found = await transaction.portalViews.viewBySecret(secretHash);
    if (!found) return { closed: false };
    const atMs = context.clock.nowMs();
    const { id } = found.view;
    await transaction.portalViews.endView(id, atMs);
    await audit(transaction, found, { atMs, action: 'portalView.end', detail: { view: id } });
    return { closed: true };
  });
}

/** What the caller is told. */
export async function listToldViews(
  { store }: Pick<ServiceContext, 'store'>,
  { user, account }: AuthenticatedCaller,
): Promise<ToldView[]> {
  const views = await store.read.portalViews.toldViews({
    accountId: account.id,
    userId: user.role === 'owner' ? null : user.id,
    limit: toldViewsMax,
  });
  return views.map(({ id, userName, reason, openedAtMs }) => ({ id, user: userName, reason, openedAtMs }));
}

function mayOpen(context: ServiceContext, { view, account }: ViewWithUser, atMs: number): boolean {
  return view.expiresAtMs > atMs && account.state === 'active' && viewsOffered(context) !== null;
}

function audit(
  transaction: Transaction,
  { account, user, staffName }: ViewWithUser,
  event: { atMs: number; action: string; detail: Readonly<Record<string, unknown>> },
): Promise<void> {
  const subject = `${account.name} ${user.name}`;
  return appendAudit(transaction, { ...event, actor: `staff:${staffName}`, subject });
}

/** To each owner with an address; none while mail is not configured. */
async function composeNews(
  { store, mail }: ServiceContext,
  { account, user, view }: ViewWithUser,
  atMs: number,
): Promise<MailRecord[]> {
  const portal = mail.portal();
  if (portal === null) return [];
  const owners = await store.read.people.ownersToTell(account.id);
  const { reason } = view;
  const values = { account: account.displayName, username: user.name, reason, atMs, portal };
  return await Promise.all(
    owners.map(({ email, language }) =>
      mail.prepare({ kind: 'portalView', recipient: email ?? '', language, values }),
    ),
  );
}
