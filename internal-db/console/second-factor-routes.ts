// The second step of a staff sign-in and its set-up: the only pages that a session with nothing but the right password gets to.
// The factors themselves are second-factor/'s, as customers have them. Registered by console-routes.ts.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import type { FactorProof } from '#commlink/methods/second-factor-methods.ts';
import { hasSecondFactor } from '../second-factor/describe-factors.ts';
import {
  beginPasskey,
  beginTotp,
  confirmTotp,
  registerPasskey,
  type Enrolled,
} from '../second-factor/enrol-factors.ts';
import type { FactorOwner } from '../second-factor/factor-owner.ts';
import { askSecondFactor, proveFactor } from '../second-factor/prove-factor.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';
import { FormFields } from './console-forms.ts';
import { identifyStaff, readSignedForm } from './console-gate.ts';
import { consoleParty } from './console-party.ts';
import { nextOf, stepTo } from './next-page.ts';
import { sendProviderRefusal } from './provider-routes.ts';
import {
  renderRecoveryCodesPage,
  renderSecondStepPage,
  renderSetUpPage,
  type StepView,
} from './second-factor-pages.ts';
import { signInTexts as texts } from './texts/console-texts.ts';
import { noteSecondFactor, type ProvedFactor, type StaffCaller } from './staff-session.ts';

interface HalfSigned {
  readonly request: ConsoleRequest;
  readonly reply: ConsoleReply;
  readonly fields: FormFields;
  readonly next: string;
}

type HalfSignedRoute = (caller: StaffCaller, parts: HalfSigned) => Promise<string | ConsoleReply>;

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
      const proof = readProof(fields);
      const refusal = await prove(context, caller, { proof, fields, address: request.ip });
      if (refusal !== null) {
        reply.code(401);
        return await showStep(context, caller, { next, refusal });
      }
      const proved = { factor: proof.kind, setUp: false, address: request.ip };
      const reason = await noteSecondFactor(context, caller, proved);
      if (reason !== null) return sendProviderRefusal(context, reply, { reason, next });
      return reply.redirect(next, 303);
    }),
  );
  app.post(
    '/second-factor/set-up',
    forHalfSigned((caller, parts) =>
      setUp(context, caller, {
        ...parts,
        factor: 'totp',
        enrol: (fields) => {
          const answer = { challenge: fields.text('challenge'), code: fields.text('code'), onlyFirst: true };
          return confirmTotp(context, ownerOf(caller), answer);
        },
      }),
    ),
  );
  app.post(
    '/second-factor/set-up/passkey',
    forHalfSigned((caller, parts) =>
      setUp(context, caller, {
        ...parts,
        factor: 'passkey',
        enrol: (fields) => {
          const [challenge, response] = [fields.text('challenge'), fields.text('response')];
          const answer = { challenge, response, name: texts.setUp.passkeyName, onlyFirst: true };
          return registerPasskey(context, ownerOf(caller), answer);
        },
      }),
    ),
  );
}

async function showStep(context: ServiceContext, caller: StaffCaller, view: StepView): Promise<string> {
  const party = consoleParty(context);
  const step = await askSecondFactor(context, caller.staff, party);
  if (step) return renderSecondStepPage(caller, step, view);
  const owner = ownerOf(caller);
  const begun = await beginPasskey(context, owner, party);
  const offered = { app: beginTotp(context, owner, texts.issuer), passkey: begun.done ? begun : null };
  return renderSetUpPage(caller, offered, view);
}

/** Null when it was proved, else what to tell. */
async function prove(
  context: ServiceContext,
  caller: StaffCaller,
  { proof, fields, address }: { proof: FactorProof; fields: FormFields; address: string },
): Promise<string | null> {
  const shown = { challenge: fields.text('challenge'), proof, address, door: 'console' };
  const verdict = await proveFactor(context, shown);
  if (verdict.proved && verdict.ownerId === caller.staff.id) return null;
  if (verdict.proved || verdict.reason === 'unusable') return texts.secondStep.usedUp;
  if (verdict.reason === 'code_wrong')
    return proof.kind === 'passkey' ? texts.passkey.refused : texts.secondStep.wrong;
  return texts.tooManyAttempts(Math.ceil(verdict.retryAfterMs / 1000));
}

function readProof(fields: FormFields): FactorProof {
  const [kind, code] = [fields.text('kind'), fields.text('code')];
  if (kind === 'passkey') return { kind, response: fields.text('response') };
  return kind === 'recovery' ? { kind, code } : { kind: 'totp', code };
}

/** Only for who has none: with a password alone nobody puts a new factor in place of one. */
async function setUp(
  context: ServiceContext,
  caller: StaffCaller,
  set: HalfSigned & {
    factor: ProvedFactor['factor'];
    enrol: (fields: FormFields) => Promise<Enrolled | PeopleRefusal>;
  },
): Promise<string | ConsoleReply> {
  const { request, reply, fields, next, factor } = set;
  const { secondFactors } = context.store.read;
  if (await hasSecondFactor(secondFactors, caller.staff.id)) return reply.redirect(next, 303);
  const enrolled = await set.enrol(fields);
  if (!enrolled.done) {
    reply.code(401);
    const refusal = factor === 'totp' ? texts.setUp.newSecret(texts.secondStep.wrong) : texts.passkey.refused;
    return await showStep(context, caller, { next, refusal });
  }
  const reason = await noteSecondFactor(context, caller, { factor, setUp: true, address: request.ip });
  if (reason !== null) return sendProviderRefusal(context, reply, { reason, next });
  return renderRecoveryCodesPage(caller, enrolled.recoveryCodes ?? [], next);
}

/** Whose factors a session is about. */
export function ownerOf({ staff }: StaffCaller): FactorOwner {
  const { id, name, displayName } = staff;
  return { id, name, displayName, actor: `staff:${name}`, subject: name };
}
