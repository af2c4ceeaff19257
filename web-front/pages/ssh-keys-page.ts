// The page of a customer's SSH keys: list them with their fingerprints, remove them, put one in.
import type { SshKey } from '#commlink/methods/internal-db-methods.ts';
import { renderTextArea, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import { sshKeyInputMax, sshKeyLifetimeDays } from '../limits.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from './layout.ts';

/** What the page shows; `refusal` says why the key that was just sent is not among them. */
export interface SshKeysView {
  readonly keys: readonly SshKey[];
  /** In internal-db's English. */
  readonly refusal: string | null;
  /** What was typed as the name of a key that is not among them. */
  readonly name: string;
  /** What was typed as its days, where a key cannot have them. */
  readonly wrongDays: string | null;
}

/** The page. What was pasted is not filled in again: it may have been a private key. */
export function sshKeysPage(frame: PageFrame, viewer: Viewer, view: SshKeysView): string {
  const { keys, refusal } = view;
  const { keysAndTokens: shared } = frame.texts;
  const texts = shared.keys;
  const table = renderTable({
    caption: texts.table,
    columns: [
      texts.name,
      texts.fingerprint,
      shared.added,
      shared.validUntil,
      shared.lastUsed,
      { heading: texts.remove, kind: 'action' },
    ],
    rows: keys.map((key) => keyCells(key, frame, viewer)),
    empty: texts.empty,
  });
  const main = html`<header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.lead}</p>
    </header>
    ${refusal === null ? null : renderNotice('bad', refusal)}
    <section aria-labelledby="keys">
      <h2 id="keys">${texts.heading}</h2>
      ${table}
    </section>
    <section aria-labelledby="add">
      <h2 id="add">${texts.add}</h2>
      ${addForm(frame, viewer, view)}
    </section>`;
  return renderPage(frame, { title: texts.title, viewer, section: 'ssh-keys', main });
}

function addForm(frame: PageFrame, viewer: Viewer, view: SshKeysView): Html {
  const { min, max } = sshKeyLifetimeDays;
  const texts = frame.texts.keysAndTokens.keys;
  const line = renderTextArea({
    name: 'line',
    label: texts.line,
    hint: texts.lineHint,
    attributes: {
      required: true,
      rows: 4,
      maxlength: sshKeyInputMax.lineCharacters,
      placeholder: texts.linePlaceholder,
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: 'false',
    },
  });
  const name = renderTextField({
    name: 'name',
    label: texts.nameLabel,
    value: view.name,
    hint: texts.nameHint,
    attributes: {
      maxlength: sshKeyInputMax.nameCharacters,
      placeholder: texts.namePlaceholder,
      autocomplete: 'off',
    },
  });
  const days = renderTextField({
    name: 'lifetimeDays',
    label: texts.days,
    hint: texts.daysHint,
    type: 'number',
    value: view.wrongDays,
    error: view.wrongDays === null ? null : frame.texts.keysAndTokens.daysWrong(min, max),
    attributes: { min, max },
  });
  return html`<form class="form" method="post" action="/ssh-keys" data-once>
    ${formTokenField(viewer)} ${line} ${name} ${days}
    <button class="primary" type="submit">${texts.addButton}</button>
  </form>`;
}

function keyCells(key: SshKey, frame: PageFrame, viewer: Viewer): readonly HtmlValue[] {
  const { language, texts } = frame;
  const { keys, neverUsed } = texts.keysAndTokens;
  return [
    html`<strong class="name">${key.name}</strong><small>${keys.bits(key.keyType, key.keyBits)}</small>`,
    html`<code>${key.fingerprint}</code>`,
    timeText(key.createdAtMs, language),
    key.expiresAtMs === null ? keys.untilRemoved : timeText(key.expiresAtMs, language),
    key.lastUsedAtMs === null ? neverUsed : timeText(key.lastUsedAtMs, language),
    html`<form method="post" action="/ssh-keys/${key.id}/remove">
      ${formTokenField(viewer)}
      <button class="quiet" type="submit" aria-label="${keys.removeNamed(key.name)}">${keys.remove}</button>
    </form>`,
  ];
}
