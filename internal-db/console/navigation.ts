// The console's navigation: what stands beside each page, in groups, for the roles that may go there. A page that is to be
// found there has a row in the table. Called by layout.ts.
import { html, type Html } from '#commlink/pages/html.ts';
import { mayDo, type StaffAction } from './staff-permissions.ts';
import type { StaffCaller } from './staff-session.ts';

interface Entry {
  readonly href: string;
  readonly text: string;
  /** What a role must be allowed for the entry to be shown; `read` where it is missing. */
  readonly needs?: StaffAction;
}

const groups: readonly (readonly [title: string, entries: readonly Entry[]])[] = [
  ['', [{ href: '/', text: 'Overview' }]],
  [
    'Customers',
    [
      { href: '/accounts', text: 'Customers' },
      { href: '/why', text: 'Why?' },
      { href: '/bulk', text: 'Many at once', needs: 'entitlement.grant' },
    ],
  ],
  [
    'Software',
    [
      { href: '/products', text: 'Products' },
      { href: '/licences', text: 'Licence texts' },
      { href: '/statistics', text: 'Statistics' },
    ],
  ],
  [
    'Machines',
    [
      { href: '/nodes', text: 'Nodes' },
      { href: '/sessions', text: 'Live sessions' },
      { href: '/bans', text: 'Bans' },
      { href: '/webhooks', text: 'Webhooks', needs: 'webhook.write' },
    ],
  ],
  [
    'Oversight',
    [
      { href: '/approvals', text: 'Approvals' },
      { href: '/audit', text: 'Audit log', needs: 'audit.read' },
      { href: '/staff', text: 'Staff', needs: 'staff.write' },
      { href: '/security', text: 'Your sign-in' },
      { href: '/tokens', text: 'API tokens' },
    ],
  ],
];

/** The navigation; `section` is the address of the entry that the page belongs to. */
export function renderNavigation({ staff }: StaffCaller, section: string | undefined): Html {
  const isShown = ({ needs = 'read' }: Entry) => mayDo(staff.role, needs);
  const lists = groups
    .map(([title, entries]) => [title, entries.filter(isShown)] as const)
    .filter(([, entries]) => entries.length > 0)
    .map(
      ([title, entries]) =>
        html`${title === '' ? null : html`<p class="side-title">${title}</p>`}
          <ul>
            ${entries.map((entry) => renderEntry(entry, section))}
          </ul>`,
    );
  return html`<nav class="side" aria-label="Main">${lists}</nav>`;
}

function renderEntry({ href, text }: Entry, section: string | undefined): Html {
  return html`<li><a href="${href}" ${href === section ? html`aria-current="page"` : null}>${text}</a></li>`;
}
