// The forms on an appliance's page: have it beat, change its group and tags, restore, new keys, let out of quarantine, retire. Called by
// appliance-page.ts for those who may.
import type { Appliance } from '#commlink/methods/fleet-methods.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { formTokenField } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderReason, renderSection } from '../support/parts.ts';
import { applianceTexts } from '../texts/console-texts.ts';

const texts = applianceTexts.actions;

/** All that can be done to it as it stands. */
export function renderApplianceActions(caller: StaffCaller, appliance: Appliance): Html {
  const { uid, state, group, tags } = appliance;
  const form = (path: string, content: HtmlValue, button: HtmlValue): Html =>
    html`<form class="form" method="post" action="/fleet/appliances/${uid}/${path}" data-once>
      ${formTokenField(caller)} ${content} ${button}
    </form>`;
  const withReason = (path: 'restore' | 'keys' | 'release' | 'retire'): Html =>
    renderFold(
      texts[path].summary,
      html`<p>${texts[path].what}</p>
        ${form(
          path,
          renderReason(texts.reason, `${path}-`),
          html`<button class="${path === 'retire' ? 'danger' : ''}">${texts[path].button}</button>`,
        )}`,
    );
  const change = renderFold(
    texts.change.summary,
    form(
      'change',
      html`${renderTextField({ name: 'group', label: texts.change.group, value: group, attributes: { required: true, maxlength: 64 } })}
      ${renderTextField({ name: 'tags', label: texts.change.tags, value: tags.join(', '), attributes: { maxlength: 1000 } })}`,
      html`<button>${texts.change.button}</button>`,
    ),
  );
  if (state === 'retired') return html``;
  const mayAssign = mayDo(caller.staff.role, 'appliance.assign');
  return renderSection(
    'actions',
    texts.heading,
    html`${state === 'active' ? form('ping', null, html`<button>${texts.ping}</button>`) : null}
    ${mayAssign ? change : null} ${state === 'quarantined' ? withReason('release') : null}
    ${withReason('restore')} ${mayAssign ? withReason('keys') : null} ${withReason('retire')}`,
  );
}
