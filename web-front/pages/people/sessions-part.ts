// The part of the security page about where a person is signed in.
import type { OwnSession } from '#commlink/methods/people-methods.ts';
import { renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, type PageFrame, type Viewer } from '../layout.ts';
import { nameClient } from './client-name.ts';

/** The list, the session of this browser first. */
export function sessionsPart(frame: PageFrame, viewer: Viewer, sessions: readonly OwnSession[]): Html {
  const texts = frame.texts.security.sessions;
  const sorted = sessions.toSorted((left, right) => Number(right.isCurrent) - Number(left.isCurrent));
  return html`<section aria-labelledby="sessions">
    <h2 id="sessions">${texts.heading}</h2>
    <ul class="list">
      ${sorted.map((session) => row(frame, viewer, session))}
    </ul>
    ${
      sessions.length > 1
        ? html`<form method="post" action="/account/security/sessions/end-others">
            ${formTokenField(viewer)}
            <button type="submit">${texts.endOthers}</button>
          </form>`
        : null
    }
  </section>`;
}

function row(frame: PageFrame, viewer: Viewer, session: OwnSession): Html {
  const texts = frame.texts.security.sessions;
  const client = nameClient(session.client) ?? texts.unknownClient;
  return html`<li>
    <div>
      <p>
        <strong class="name">${client}</strong> ${session.isCurrent ? renderTag('good', texts.here) : null}
      </p>
      <p class="fine">
        ${texts.from(session.address)} · ${texts.since} ${timeText(session.createdAtMs, frame.language)} ·
        ${texts.used} ${timeText(session.lastUsedAtMs, frame.language)}
      </p>
    </div>
    ${
      session.isCurrent
        ? null
        : html`<form method="post" action="/account/security/sessions/${session.id}/end">
            ${formTokenField(viewer)}
            <button class="quiet" type="submit" aria-label="${texts.endNamed(client, session.address)}">
              ${texts.end}
            </button>
          </form>`
    }
  </li>`;
}
