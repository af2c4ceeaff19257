// The console's navigation: what stands beside each page, in groups, for the roles that may go there. A page that is to be
// found there has a row in the table. Called by layout.ts.
import { html, type Html } from '#commlink/pages/html.ts';
import { mayDo, type StaffAction } from './staff-permissions.ts';
import { frameTexts as texts } from './texts/console-texts.ts';
import type { StaffCaller } from './staff-session.ts';

interface Entry {
  readonly href: keyof typeof texts.sections;
  /** What a role must be allowed for the entry to be shown; `read` where it is missing. */
  readonly needs?: StaffAction;
}

const groups: readonly (readonly [group: keyof typeof texts.groups, entries: readonly Entry[]])[] = [
  ['first', [{ href: '/' }]],
  ['customers', [{ href: '/accounts' }, { href: '/why' }, { href: '/bulk', needs: 'entitlement.grant' }]],
  ['software', [{ href: '/products' }, { href: '/licences' }, { href: '/statistics' }]],
  ['fleet', [{ href: '/fleet' }, { href: '/rollouts' }]],
  [
    'machines',
    [
      { href: '/nodes' },
      { href: '/sessions' },
      { href: '/bans' },
      { href: '/webhooks', needs: 'webhook.write' },
    ],
  ],
  [
    'oversight',
    [
      { href: '/approvals' },
      { href: '/audit', needs: 'audit.read' },
      { href: '/staff', needs: 'staff.write' },
      { href: '/security' },
      { href: '/tokens' },
    ],
  ],
];

/** The navigation; `section` is the address of the entry that the page belongs to. */
export function renderNavigation({ staff }: StaffCaller, section: string | undefined): Html {
  const isShown = ({ needs = 'read' }: Entry) => mayDo(staff.role, needs);
  const lists = groups
    .map(([group, entries]) => [texts.groups[group], entries.filter(isShown)] as const)
    .filter(([, entries]) => entries.length > 0)
    .map(
      ([title, entries]) =>
        html`${title === '' ? null : html`<p class="side-title">${title}</p>`}
          <ul>
            ${entries.map((entry) => renderEntry(entry, section))}
          </ul>`,
    );
  return html`<nav class="side" aria-label="${texts.navigation}">${lists}</nav>`;
}

function renderEntry({ href }: Entry, section: string | undefined): Html {
  return html`<li>
    <a href="${href}" ${href === section ? html`aria-current="page"` : null}>${texts.sections[href]}</a>
  </li>`;
}
