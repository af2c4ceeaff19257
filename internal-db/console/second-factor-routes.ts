// The second step of a staff sign-in and its set-up: the only pages that a session with nothing but the right password gets to.
// The factors themselves are second-factor/'s, as customers have them. Registered by console-routes.ts.
import { hasSecondFactor } from '../second-factor/describe-factors.ts';
import { beginTotp, confirmTotp } from '../second-factor/enrol-factors.ts';
import type { FactorOwner } from '../second-factor/factor-owner.ts';
import { askSecondFactor, proveFactor } from '../second-factor/prove-factor.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';
import { FormFields } from './console-forms.ts';
import { identifyStaff, readSignedForm } from './console-gate.ts';
import { nextOf, stepTo } from './next-page.ts';
import {
  renderRecoveryCodesPage,
  renderSecondStepPage,
  renderSetUpPage,
  type OfferedSecret,
  type StepView,
} from './second-factor-pages.ts';
import { noteSecondFactor, type StaffCaller } from './staff-session.ts';

const issuer = 'Consign console';
/** What is said to a wrong code. */
export const wrongText = 'That code does not fit, or was used already. Wait for the next one.';
const usedUpText = 'This took too long, or too many tries. Begin again.';

type HalfSignedRoute = (
  caller: StaffCaller,
  parts: { request: ConsoleRequest; reply: ConsoleReply; fields: FormFields; next: string },
) => Promise<string | ConsoleReply>;

/** Registers the routes. */
export function registerSecondFactorRoutes(app: ConsoleApp, context: ServiceContext): void {
  const forHalfSigned = (route: HalfSignedRoute) => async (request: ConsoleRequest, reply: ConsoleReply) => {
    const caller = await identifyStaff(context, request);
    const next = nextOf(request.method === 'POST' ? request.body : request.query);
    if (!caller) return reply.redirect(stepTo('/sign-in', next), 303);
    const fields = request.method === 'POST' ? readSignedForm(caller, request) : new FormFields({});
    if (caller.hasProved) return reply.redirect(next, 303);
    const page = await route(caller, { request, reply, fields, next });
    return typeof page === 'string' ? reply.type('text/html; charset=utf-8').send(page) : page;
  };
  app.get(
    '/second-factor',
    forHalfSigned((caller, { next }) => showStep(context, caller, { next, refusal: null })),
  );
  app.post(
    '/second-factor',
    forHalfSigned(async (caller, { request, reply, fields, next }) => {
      const refusal = await prove(context, caller, { fields, address: request.ip });
      if (refusal === null) return reply.redirect(next, 303);
      reply.code(401);
      return await showStep(context, caller, { next, refusal });
    }),
  );
  app.post(
    '/second-factor/set-up',
    forHalfSigned((caller, parts) => setUp(context, caller, parts)),
  );
}

async function showStep(context: ServiceContext, caller: StaffCaller, view: StepView): Promise<string> {
  const step = await askSecondFactor(context, caller.staff, null);
  if (step) return renderSecondStepPage(caller, step, view);
  return renderSetUpPage(caller, beginTotp(context, ownerOf(caller), issuer), view);
}

/** Null when it was proved, else what to tell. */
async function prove(
  context: ServiceContext,
  caller: StaffCaller,
  { fields, address }: { fields: FormFields; address: string },
): Promise<string | null> {
  const code = fields.text('code');
  const proof =
    fields.text('kind') === 'recovery'
      ? ({ kind: 'recovery', code } as const)
      : ({ kind: 'totp', code } as const);
  const shown = { challenge: fields.text('challenge'), proof, address, door: 'console' };
  const verdict = await proveFactor(context, shown);
  if (verdict.proved && verdict.ownerId === caller.staff.id) {
    await noteSecondFactor(context, caller);
    return null;
  }
  if (verdict.proved || verdict.reason === 'unusable') return usedUpText;
  if (verdict.reason === 'code_wrong') return wrongText;
  return `Too many attempts. Wait ${Math.ceil(verdict.retryAfterMs / 1000)} seconds, then try again.`;
}

/** Only for who has none: with a password alone nobody puts a new factor in place of one. */
async function setUp(
  context: ServiceContext,
  caller: StaffCaller,
  { fields, reply, next }: { fields: FormFields; reply: ConsoleReply; next: string },
): Promise<string | ConsoleReply> {
  const { store } = context;
  if (await hasSecondFactor(store.read.secondFactors, caller.staff.id)) return reply.redirect(next, 303);
  const owner = ownerOf(caller);
  const answer = { challenge: fields.text('challenge'), code: fields.text('code') };
  const confirmed = await confirmTotp(context, owner, answer);
  if (!confirmed.done) {
    reply.code(401);
    const offered: OfferedSecret = beginTotp(context, owner, issuer);
    return renderSetUpPage(caller, offered, { next, refusal: `${wrongText} Here is a new secret.` });
  }
  await noteSecondFactor(context, caller);
  return renderRecoveryCodesPage(caller, confirmed.recoveryCodes ?? [], next);
}

/** Whose factors a session is about. */
export function ownerOf({ staff }: StaffCaller): FactorOwner {
  const { id, name, displayName } = staff;
  return { id, name, displayName, actor: `staff:${name}`, subject: name };
}
