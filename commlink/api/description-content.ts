// An API's description for people: its OpenAPI document as HTML, without any script of others, and what holds for all of its
// operations. English, as the APIs are. Called by portal and console, which put it into a page of theirs.
import { renderCopyable, renderFold } from '../pages/components/parts.ts';
import { html, type Html } from '../pages/html.ts';
import { noteSchema, type NotedSchema } from './schema-notation.ts';

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: NotedSchema }>>;
}

/** One method at one path. */
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: NotedSchema;
  }[];
  readonly requestBody?: Content;
  readonly responses?: Readonly<Record<string, Content & { readonly description?: string }>>;
}

/** What is read of the OpenAPI document. */
export interface ApiDescription {
  readonly info: { readonly title: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Described extends Operation {
  readonly method: string;
  readonly path: string;
}

/** How a site's API is called. */
export interface DescribedSite {
  /** Where tokens are made, and what an example asks for. */
  readonly publicUrl: string;
  readonly tokensAt: string;
  /** Where each problem's code is explained. */
  readonly problemsAt: string;
}

/** The whole description, below the page's heading. */
export function renderDescription(description: ApiDescription, site: DescribedSite): Html {
  const sections = (description.tags ?? []).map(({ name }) => renderGroup(description, name));
  return html`${renderConventions(site)} ${sections}`;
}

/** The operations with one tag; null where there are none. */
export function renderGroup(description: ApiDescription, tag: string): Html | null {
  const about = description.tags?.find(({ name }) => name === tag)?.description;
  const own = listOperations(description).filter(({ tags }) => tags?.includes(tag));
  if (own.length === 0) return null;
  return html`<section aria-labelledby="tag-${tag}">
    <h2 id="tag-${tag}">${tag}</h2>
    <p>${about}</p>
    ${own.map(renderOperation)}
  </section>`;
}

/** Where a description too long for one page has its parts: each operation by its address, under the page of its tag. */
export function renderContents(description: ApiDescription, pageOf: (tag: string) => string): Html {
  const operations = listOperations(description);
  const groups = (description.tags ?? []).map(({ name, description: about }) => {
    const own = operations.filter(({ tags }) => tags?.includes(name));
    return html`<h3><a href="${pageOf(name)}">${name}</a></h3>
      <p>${about}</p>
      <ul>
        ${own.map(
          ({ method, path, operationId }) =>
            html`<li>
              <a href="${pageOf(name)}#${operationId}"><code>${method} ${path}</code></a>
            </li>`,
        )}
      </ul>`;
  });
  return html`<section aria-labelledby="contents">
    <h2 id="contents">Operations</h2>
    ${groups}
  </section>`;
}

/** What holds for all operations. */
export function renderConventions({ publicUrl, tokensAt, problemsAt }: DescribedSite): Html {
  const example = `curl -H "Authorization: Bearer $TOKEN" ${publicUrl}/api/v1/me`;
  return html`<section aria-labelledby="conventions">
    <h2 id="conventions">How it is called</h2>
    <p>Make a token ${tokensAt}, and send it along:</p>
    ${renderCopyable('command', example)}
    <ul>
      <li>Bodies and answers are JSON. Times are RFC 3339 in UTC, sizes are bytes.</li>
      <li>
        What went wrong is told as problem details (RFC 9457); each <code>code</code> is explained in the
        <a href="${problemsAt}">list of problems</a>.
      </li>
      <li>
        Lists that can be long come in pages: give <code>next</code> of one answer as <code>after</code> of
        the next request, until it is null.
      </li>
      <li>
        A POST with an <code>Idempotency-Key</code> of yours, such as a UUID, is done once: sent again within
        a day, it gets the answer of the first time.
      </li>
      <li>
        What is read has an <code>ETag</code>; with <code>If-None-Match</code>, what has not changed is
        answered with 304.
      </li>
      <li>
        <code>RateLimit</code> says how many requests are left, and for how many seconds; beyond that, 429
        comes with <code>Retry-After</code>.
      </li>
    </ul>
  </section>`;
}

function listOperations({ paths = {} }: ApiDescription): Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
}

function renderOperation(operation: Described): Html {
  const { method, path, summary, operationId, parameters = [], requestBody } = operation;
  const body = schemaOf(requestBody);
  const details = html`${
    parameters.length === 0
      ? null
      : html`<h4>Parameters</h4>
          <pre>${parameters.map(noteParameter).join('\n')}</pre>`
  }
  ${
    body === null
      ? null
      : html`<h4>Body</h4>
          <pre>${noteSchema(body)}</pre>`
  }
  ${renderAnswers(operation)}`;
  return html`<article id="${operationId}">
    <h3><code>${method} ${path}</code></h3>
    <p>${summary}.</p>
    ${renderFold('Fields and answers', details)}
  </article>`;
}

function noteParameter({
  name,
  in: place,
  required,
  schema,
}: NonNullable<Operation['parameters']>[number]): string {
  const note = schema ? noteSchema(schema) : 'string';
  return `${name}${required ? '' : '?'}: ${note}   (${place})`;
}

/** The success with its fields; of what can go wrong the numbers, since each is explained in the list of problems. */
function renderAnswers({ responses = {} }: Operation): Html {
  const statuses = Object.keys(responses);
  const success = statuses.find((status) => status.startsWith('2'));
  const schema = success === undefined ? null : schemaOf(responses[success]);
  const problems = statuses.filter((status) => status !== success);
  return html`<h4>Answer ${success}</h4>
    ${success === undefined ? null : html`<p>${responses[success]?.description}</p>`}
    ${schema === null ? null : html`<pre>${noteSchema(schema)}</pre>`}
    <p class="fine">Problems: ${problems.join(', ')}.</p>`;
}

function schemaOf(content: Content | undefined): NotedSchema | null {
  return content?.content?.['application/json']?.schema ?? null;
}
