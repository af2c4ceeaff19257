// The console's list of rollouts, with the form that begins one.
import type { Rollout } from '#commlink/methods/rollout-admin-methods.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold, renderPager, renderTag, type Mood } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '../texts/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderReason } from '../support/parts.ts';
import { fleetTexts, rolloutsTexts as texts } from '../texts/console-texts.ts';

/** What was typed into the form. */
export interface TypedRollout {
  readonly product: string;
  readonly version: string;
  readonly waves: string;
  readonly groups: string;
  readonly tags: string;
  readonly windows: string;
}

/** What the page shows; `products` are names that can be chosen. */
export interface RolloutsView {
  readonly rollouts: readonly Rollout[];
  readonly next: string | null;
  readonly isFirstPage: boolean;
  readonly products: readonly string[];
  readonly typed: TypedRollout;
}

const moods: Readonly<Record<Rollout['state'], Mood>> = {
  running: 'good',
  paused: 'warn',
  stopped: 'bad',
  aborted: 'plain',
  completed: 'plain',
};

/** The page. */
export function renderRolloutsPage(
  caller: StaffCaller,
  view: RolloutsView,
  notice: PageParts['notice'] = null,
): string {
  const { list } = texts;
  return renderPage({
    title: texts.title,
    section: '/rollouts',
    crumb: { href: '/fleet', text: fleetTexts.title },
    lead: texts.lead,
    caller,
    notice,
    content: html`${mayDo(caller.staff.role, 'rollout.write') ? renderCreate(caller, view, notice !== null) : null}
    ${renderTable({
      caption: list.caption,
      columns: [
        list.release,
        list.targets,
        list.state,
        list.wave,
        { heading: list.share, kind: 'number' },
        list.begun,
        list.by,
      ],
      rows: view.rollouts.map((rollout) => [
        html`<a href="/rollouts/${rollout.id}">${rollout.product} ${rollout.version}</a>`,
        targetsOf(rollout),
        rolloutTag(rollout),
        texts.waveOf(rollout.waveCount, rollout.waves.length),
        texts.percent(rollout.openPercent),
        timeText(rollout.createdAtMs),
        rollout.createdBy,
      ]),
      empty: list.empty,
    })}
    ${renderPager({
      label: list.pages,
      first: view.isFirstPage ? null : { href: '/rollouts', text: list.first },
      next: view.next === null ? null : { href: `/rollouts?after=${view.next}`, text: list.more },
    })}`,
  });
}

/** How a rollout stands. */
export function rolloutTag({ state, kind }: Rollout): Html {
  const back = kind === 'rollback' ? renderTag('warn', texts.kinds.rollback) : null;
  return html`${renderTag(moods[state], texts.states[state])} ${back}`;
}

/** Who it is for, in a few words. */
export function targetsOf({ groups, tags }: Pick<Rollout, 'groups' | 'tags'>): string {
  const named = [
    ...(groups.length === 0 ? [] : [texts.groups(groups.join(', '))]),
    ...(tags.length === 0 ? [] : [texts.tags(tags.join(', '))]),
  ];
  return named.length === 0 ? texts.everybody : named.join(' · ');
}

function renderCreate(caller: StaffCaller, { products, typed }: RolloutsView, isOpen: boolean): Html {
  const { create } = texts;
  const line = (name: keyof TypedRollout, label: string, hint: string): Html =>
    renderTextField({
      name,
      label,
      hint,
      value: typed[name],
      attributes: { required: name === 'version' || name === 'waves', maxlength: 500 },
    });
  const options = products.map((value) => ({ value, text: value }));
  return renderFold(
    create.summary,
    html`<form class="form" method="post" action="/rollouts" data-once>
      ${formTokenField(caller)}
      ${renderSelect({ name: 'product', label: create.product, options, value: typed.product })}
      ${line('version', create.version, create.versionHint)} ${line('waves', create.waves, create.wavesHint)}
      ${line('groups', create.groups, create.groupsHint)} ${line('tags', create.tags, create.tagsHint)}
      ${line('windows', create.windows, create.windowsHint)} ${renderReason(create.reason, 'create-')}
      <button class="primary">${create.button}</button>
    </form>`,
    isOpen,
  );
}
