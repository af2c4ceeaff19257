// The page of a customer's SSH keys: put one in, list them with their fingerprints, remove them.
import type { SshKey } from '#commlink/methods/internal-db-methods.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { sshKeyInputMax } from '../limits.ts';
import { formTokenField, renderPage, type PageFrame, type Viewer } from './layout.ts';
import { timeText } from './sizes-and-times.ts';

/** What the page shows; `refusal` says why the key that was just sent is not among them. */
export interface SshKeysView {
  readonly keys: readonly SshKey[];
  readonly refusal: string | null;
}

/** The page. What was pasted is not filled in again: it may have been a private key. */
export function sshKeysPage(frame: PageFrame, viewer: Viewer, { keys, refusal }: SshKeysView): string {
  const main = html`<h1>SSH keys</h1>
    <p class="lead">
      With a key of yours, SFTP needs no password: <code>sftp -i</code>, WinSCP or a script log in with your
      user name and find all that is ready for your account.
    </p>
    ${refusal === null ? null : html`<p class="notice bad" role="alert">${refusal}</p>`} ${addForm(viewer)}
    <h2>Your keys</h2>
    ${
      keys.length === 0
        ? html`<p>You have none.</p>`
        : html`<ul class="card rows">
            ${keys.map((key) => row(key, viewer))}
          </ul>`
    }`;
  return renderPage(frame, { title: 'SSH keys', viewer, section: 'ssh-keys', main });
}

function addForm(viewer: Viewer): Html {
  return html`<form class="card stacked" method="post" action="/ssh-keys" data-once>
    ${formTokenField(viewer)}
    <label for="line">Public key</label>
    <textarea
      id="line"
      name="line"
      required
      rows="4"
      maxlength="${sshKeyInputMax.lineCharacters}"
      placeholder="ssh-ed25519 AAAA… you@computer"
      aria-describedby="line-help"
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
    ></textarea>
    <p class="fine" id="line-help">
      The one line of a file such as <code>~/.ssh/id_ed25519.pub</code>, never the file without
      <code>.pub</code>. You have no key yet? <code>ssh-keygen -t ed25519</code> makes one.
    </p>
    <label for="name">What do you call it? <small>(or else its own comment)</small></label>
    <input
      id="name"
      name="name"
      maxlength="${sshKeyInputMax.nameCharacters}"
      placeholder="build server"
      autocomplete="off"
    />
    <button class="primary" type="submit">Add the key</button>
  </form>`;
}

function row(key: SshKey, viewer: Viewer): Html {
  const used = key.lastUsedAtMs === null ? 'never used' : html`last used ${timeText(key.lastUsedAtMs)}`;
  return html`<li class="split">
    <div>
      <strong class="name">${key.name}</strong>
      <code class="digest">${key.fingerprint}</code>
      <span class="facts">
        ${key.keyType}, ${key.keyBits} bits · added ${timeText(key.createdAtMs)} · ${used}
      </span>
    </div>
    <form method="post" action="/ssh-keys/${key.id}/remove">
      ${formTokenField(viewer)}
      <button class="quiet" type="submit" aria-label="Remove ${key.name}">Remove</button>
    </form>
  </li>`;
}
