// The pages of licence agreements: which there are, and one with its text and the form that accepts it.
import type { OwnLicence } from '#commlink/methods/catalog-methods.ts';
import { renderChoice } from '#commlink/pages/components/form-field.ts';
import { renderEmpty, renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { renderMarkdown } from '#commlink/pages/markdown.ts';
import { dayText, timeText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { licenceHref } from './release-parts.ts';

const moods = { accepted: 'good', needed: 'warn', announced: 'plain', without_text: 'warn' } as const;

/** The list. */
export function licencesPage(frame: PageFrame, viewer: Viewer, licences: readonly OwnLicence[]): string {
  const texts = frame.texts.licences;
  const main = html`<header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.lead}</p>
    </header>
    ${
      licences.length === 0
        ? renderEmpty(texts.nothing)
        : html`<ul class="list">
            ${licences.map((licence) => licenceItem(frame, licence))}
          </ul>`
    }`;
  return renderPage(frame, { title: texts.title, viewer, section: 'licences', main });
}

/** One version, with its text. `mayAccept`: whether the viewer is an owner. */
export function licencePage(
  frame: PageFrame,
  viewer: Viewer,
  view: { readonly licence: OwnLicence; readonly text: string; readonly mayAccept: boolean },
): string {
  const { licence, text } = view;
  const texts = frame.texts.licences;
  const main = html`<header class="page-head">
      <p class="eyebrow"><a href="/licences">${texts.back}</a></p>
      <h1>${licence.title}</h1>
      ${licenceFacts(frame, licence)}
    </header>
    <div class="prose">${renderMarkdown(text, 2)}</div>
    ${licence.state === 'accepted' ? null : acceptPart(frame, viewer, view)}`;
  return renderPage(frame, { title: licence.title, viewer, section: 'licences', main });
}

function licenceItem(frame: PageFrame, licence: OwnLicence): Html {
  const { name, version, title, state } = licence;
  const texts = frame.texts.licences;
  const isOpen = state === 'needed' || state === 'announced';
  const action =
    version === ''
      ? null
      : html`<a class="button quiet" href="${licenceHref(name)}/${version}"
          >${isOpen ? texts.readAndAccept : texts.read}</a
        >`;
  return html`<li>
    <div>
      <strong>${title}</strong>
      ${licenceFacts(frame, licence)} ${state === 'without_text' ? html`<p>${texts.withoutText}</p>` : null}
    </div>
    ${action}
  </li>`;
}

function licenceFacts(frame: PageFrame, { version, state, acceptedAtMs, inForceAtMs }: OwnLicence): Html {
  const texts = frame.texts.licences;
  const { language } = frame;
  const when =
    acceptedAtMs !== null
      ? texts.acceptedOn(timeText(acceptedAtMs, language))
      : state === 'announced'
        ? texts.inForceFrom(dayText(inForceAtMs, language))
        : null;
  return html`<p class="release-facts">
    ${renderTag(moods[state], texts.states[state])} ${version === '' ? null : texts.version(version)} ${when}
  </p>`;
}

function acceptPart(
  frame: PageFrame,
  viewer: Viewer,
  { licence, mayAccept }: { readonly licence: OwnLicence; readonly mayAccept: boolean },
): Html {
  const texts = frame.texts.licences;
  if (!mayAccept) return renderNotice('plain', html`<p>${texts.ownersOnly}</p>`);
  const consent = renderChoice({
    kind: 'checkbox',
    name: 'consent',
    value: 'yes',
    label: texts.acceptFor(viewer.accountName),
    required: true,
  });
  return html`<section aria-labelledby="accept">
    <h2 id="accept">${texts.acceptTitle}</h2>
    <form
      class="form"
      method="post"
      action="${licenceHref(licence.name)}/${licence.version}/accept"
      data-once
    >
      ${formTokenField(viewer)} ${consent}
      <p class="fine">${texts.acceptOnce}</p>
      <button class="primary" type="submit">${texts.acceptButton}</button>
    </form>
  </section>`;
}
