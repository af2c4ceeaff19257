// The description of the console's API: the OpenAPI document, and the same as a page of the console. Both are for anybody who
// reaches the console: they say nothing that is not in the program. Called by staff-api.ts.
import { renderDescription, type ApiDescription } from '#commlink/api/description-content.ts';
import { html } from '#commlink/pages/html.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
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
  machines: 'Nodes, links, key bags, storage, live sessions and bans.',
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
      const page = renderPage({
        title: description.info.title,
        caller: caller?.hasProved ? caller : null,
        section: '/api/v1/',
        lead: description.info.description?.replaceAll('`', ''),
        actions: html`<a class="button" href="/api/v1/openapi.json">OpenAPI 3.1 document</a>
          <a class="button" href="/tokens">Your tokens</a>`,
        content: html`${renderDescription(description, {
            publicUrl: `https://${request.headers.host ?? 'console.example'}`,
            tokensAt: 'under “API tokens”',
            problemsAt: '#problems',
          })}
          <section aria-labelledby="problems">
            <h2 id="problems">Problems</h2>
            <ul>
              ${Object.entries(problemTable).map(
                ([code, { status, title }]) =>
                  html`<li>${String(status)} <code>${code}</code>: ${title}.</li>`,
              )}
            </ul>
          </section>`,
      });
      return reply.type('text/html; charset=utf-8').send(page);
    },
  );
}
