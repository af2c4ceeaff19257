// The console's routes of rollouts: list, begin, look, pause, go on, abort, roll back, and who is behind. Everybody may look; release
// managers and operators may act. The work is done by the same services as the command line's.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import { createRollout, rollBack } from '../../fleet/rollouts/create-rollout.ts';
import {
  failedPercentDefault,
  missingPercentDefault,
  stopCountDefault,
} from '../../fleet/rollouts/limits.ts';
import { listBehind } from '../../fleet/rollouts/list-behind.ts';
import { listRollouts, readRollout, setRolloutState } from '../../fleet/rollouts/rollout-administration.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields, parseForm, parseReason } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import type { PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { rolloutsTexts } from '../texts/console-texts.ts';
import { renderBehindPage } from './behind-page.ts';
import { appliancesPerPage, rolloutsPerPage } from './limits.ts';
import { renderRolloutPage } from './rollout-page.ts';
import { renderRolloutsPage, type TypedRollout } from './rollouts-page.ts';

const createCheck = compileSchema('rollout', adminMethods['rollout.create'].params);
const stateCheck = compileSchema('rollout', adminMethods['rollout.setState'].params);
const backCheck = compileSchema('rollback', adminMethods['rollout.rollback'].params);
const statusCheck = compileSchema('rollout', adminMethods['rollout.status'].params);
const listCheck = compileSchema('question', adminMethods['rollout.list'].params);
const behindCheck = compileSchema('question', adminMethods['rollout.behind'].params);
/** What a page says after the browser was sent back. */
const doneTexts: Readonly<Record<string, string>> = rolloutsTexts.done;
const nothingTyped = { product: '', version: '', waves: '5:1, 25:4, 100', groups: '', tags: '', windows: '' };
const stateOf = { pause: 'paused', resume: 'running', abort: 'aborted' } as const;
const hourMs = 3_600_000;

interface Exchange {
  readonly caller: StaffCaller;
  readonly request: ConsoleRequest;
  readonly reply: ConsoleReply;
}

/** Registers them. */
export function registerRolloutRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/rollouts',
    forStaff((caller, request) => {
      const after = new FormFields(request.query).optional('after');
      return list(context, caller, { after, typed: nothingTyped, notice: null });
    }),
  );
  app.post(
    '/rollouts',
    forStaff((caller, request, reply) => create(context, { caller, request, reply })),
  );
  app.get(
    '/rollouts/behind',
    forStaff(async (caller, request) => {
      const query = new FormFields(request.query);
      const asked = {
        product: query.text('product'),
        after: query.optional('after'),
        limit: appliancesPerPage,
      };
      const wanted = parseForm(behindCheck, asked);
      return renderBehindPage(caller, { product: wanted.product, ...(await listBehind(context, wanted)) });
    }),
  );
  app.get(
    '/rollouts/:rollout',
    forStaff(async (caller, request) => {
      const wanted = parseForm(statusCheck, { rollout: new FormFields(request.params).text('rollout') });
      const done = new FormFields(request.query).text('done');
      const text = Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
      const notice = text === undefined ? null : ({ kind: 'done', text } as const);
      return renderRolloutPage(caller, await readRollout(context, wanted), notice);
    }),
  );
  registerChanges(app, context, forStaff);
}

function registerChanges(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  type Apply = (rollout: string, actor: string, fields: FormFields) => Promise<string>;
  const onPost = (path: string, apply: Apply): void => {
    app.post(
      `/rollouts/:rollout/${path}`,
      forStaff(async (caller, request, reply) => {
        const fields = readSignedForm(caller, request);
        requirePermission(caller, 'rollout.write');
        const rollout = new FormFields(request.params).text('rollout');
        try {
          return await reply.redirect(await apply(rollout, `staff:${caller.staff.name}`, fields), 303);
        } catch (error) {
          if (!(error instanceof RpcError) || error.code === 'not_found') throw error;
          reply.code(422);
          const view = await readRollout(context, parseForm(statusCheck, { rollout }));
          return renderRolloutPage(caller, view, { kind: 'refused', text: error.message });
        }
      }),
    );
  };
  for (const [path, state] of Object.entries(stateOf))
    onPost(path, async (rollout, actor, fields) => {
      const wanted = parseForm(stateCheck, { actor, rollout, state, reason: parseReason(fields) });
      await setRolloutState(context, wanted);
      return `/rollouts/${rollout}?done=${state}`;
    });
  onPost('rollback', async (rollout, actor, fields) => {
    const version = fields.optional('version');
    const wanted = parseForm(backCheck, { actor, rollout, version, reason: parseReason(fields) });
    const back = await rollBack(context, wanted);
    return `/rollouts/${back.rollout.id}?done=back`;
  });
}

async function list(
  context: ServiceContext,
  caller: StaffCaller,
  { after, typed, notice }: { after: string | null; typed: TypedRollout; notice: PageParts['notice'] },
): Promise<string> {
  const asked = parseForm(listCheck, { product: null, after, limit: rolloutsPerPage });
  const page = await listRollouts(context, asked);
  const products = (await context.store.read.catalog.products()).map(({ name }) => name);
  return renderRolloutsPage(caller, { ...page, isFirstPage: after === null, products, typed }, notice);
}

async function create(
  context: ServiceContext,
  { caller, request, reply }: Exchange,
): Promise<string | ConsoleReply> {
  const fields = readSignedForm(caller, request);
  requirePermission(caller, 'rollout.write');
  const [product, version, waves] = [fields.text('product'), fields.text('version'), fields.text('waves')];
  const [groups, tags, windows] = [fields.text('groups'), fields.text('tags'), fields.text('windows')];
  try {
    const wanted = parseForm(createCheck, {
      actor: `staff:${caller.staff.name}`,
      product,
      version,
      reason: parseReason(fields),
      waves: parseWaves(waves),
      groups: listOf(groups),
      tags: listOf(tags),
      windows: listOf(windows),
      failedPercentMax: failedPercentDefault,
      missingPercentMax: missingPercentDefault,
      stopCountMin: stopCountDefault,
    });
    const { rollout } = await createRollout(context, wanted);
    return await reply.redirect(`/rollouts/${rollout.id}?done=begun`, 303);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    reply.code(422);
    const typed = { product, version, waves, groups, tags, windows };
    const notice = { kind: 'refused', text: error.message } as const;
    return await list(context, caller, { after: null, typed, notice });
  }
}

function listOf(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim() || []);
}

/** Percent, and hours behind a colon. */
function parseWaves(text: string): { percent: number; soakMs: number }[] {
  return listOf(text).map((part) => {
    const [, percent, hours = '0'] = /^(\d{1,3})(?::(\d{1,3}(?:\.\d{1,3})?))?$/.exec(part) ?? [];
    if (percent === undefined) throw new RpcError('refused', rolloutsTexts.create.badWaves);
    return { percent: Number(percent), soakMs: Math.round(Number(hours) * hourMs) };
  });
}
