// The description of the console's API: the OpenAPI document, and the same as pages of the console, one
// for each tag. All are for anybody who
// reaches the console: they say nothing that is not in the program. Called by staff-api.ts.
import {
  renderContents,
  renderConventions,
  renderGroup,
  type ApiDescription,
} from '#commlink/api/description-content.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import { identifyStaff } from '../console-gate.ts';
import { renderPage } from '../layout.ts';
import { problemTable } from './api-problems.ts';

const about = `Everything that the pages of the console do, for programs of the staff: the same services, the same roles. What
changes something takes a token with the scope \`write\`, and what its owner's role allows at that moment.`;

const tags = {
  own: 'Whose credential this is.',
  search: 'Anything by what a customer has at hand.',
  customers: 'Accounts, their people, and what happened to them.',
  entitlements: 'What customers may have: granted, extended, revoked, looked at before, and explained.',
  deliveries: 'Files made ready for customers, and what they downloaded.',
  catalog: 'Products, releases, notes and licence agreements.',
  uploads:
    'Files for a draft, in pieces of any length, gone on with after whatever broke them: begin, send, finish; then publish the release.',
  machines: 'Nodes, links, key bags, storage, live sessions and bans.',
  fleet: 'Appliances at customers’ sites, codes for new ones, rollouts, and versions that are held.',
  oversight: 'Alerts, statistics and the audit log.',
  webhooks: 'Other systems that are told of what happens.',
  staff: 'Who may sign in to the console.',
  approvals:
    'Dangerous changes that wait for a second person, where the settings ask for one: such a change is answered with 202 and its proposal. Somebody else approves it on the console.',
} as const;

/** Names of the groups of operations. */
export type ApiTag = keyof typeof tags;

/** Options for the generator. */
export function descriptionOptions() {
  return {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Consign staff API', version: '1', description: about },
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          staffToken: {
            type: 'http' as const,
            scheme: 'bearer',
            description:
              'A token of somebody of the staff, made on the console or by consign staff token add.',
          },
          consoleSession: {
            type: 'apiKey' as const,
            in: 'cookie' as const,
            name: '__Host-consign-staff',
            description: 'The console’s own pages. All but a GET also needs the page’s X-Form-Token.',
          },
        },
      },
      security: [{ staffToken: [] }, { consoleSession: [] }],
    },
  };
}

const hidden = { schema: { hide: true } };

/** Adds the routes, after all others. */
export function addDescriptionRoutes(api: ConsoleApp, context: ServiceContext): void {
  api.get('/openapi.json', hidden, async () => api.swagger());
  api.get(
    '/',
    { ...hidden, prefixTrailingSlash: 'slash' },
    async (request: ConsoleRequest, reply: ConsoleReply) => {
      const caller = await identifyStaff(context, request);
      const description = api.swagger() as ApiDescription;
      const tag = new FormFields(request.query).text('tag');
      const group = renderGroup(description, tag);
      const page = renderPage({
        title: group ? `${description.info.title}: ${tag}` : description.info.title,
        caller: caller?.hasProved ? caller : null,
        section: '/api/v1/',
        lead: group ? null : description.info.description?.replaceAll('`', ''),
        actions: group
          ? html`<a class="button" href="/api/v1/">All operations</a>`
          : html`<a class="button" href="/api/v1/openapi.json">OpenAPI 3.1 document</a>
              <a class="button" href="/tokens">Your tokens</a>`,
        content: group ?? renderOverview(description, request.headers.host ?? 'console.example'),
      });
      return reply.type('text/html; charset=utf-8').send(page);
    },
  );
}

/** What holds for all, and the way to the operations: in one page they would be too long. */
function renderOverview(description: ApiDescription, host: string): Html {
  const site = {
    publicUrl: `https://${host}`,
    tokensAt: 'under “API tokens”',
    problemsAt: '#problems',
  };
  const problems = Object.entries(problemTable).map(
    ([code, { status, title }]) => html`<li>${String(status)} <code>${code}</code>: ${title}.</li>`,
  );
  return html`${renderConventions(site)} ${renderContents(description, (tag) => `/api/v1/?tag=${tag}`)}
    <section aria-labelledby="problems">
      <h2 id="problems">Problems</h2>
      <ul>
        ${problems}
      </ul>
    </section>`;
}
