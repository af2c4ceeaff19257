// The console's "why, or why not": a question, and the decision for each file with every entitlement weighed.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { renderPage, renderTime } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';

type Explanation = ResultOf<typeof adminMethods, 'entitlement.explain'>;

/** The question as the form has it; empty texts where nothing was asked. */
export type WhyQuestion = Omit<ParamsOf<typeof adminMethods, 'entitlement.explain'>, 'atMs'>;

/** The page, with an answer where there is one. */
export function renderWhyPage(
  caller: StaffCaller,
  asked: { question: WhyQuestion | null; answer: Explanation | null },
): string {
  const { question, answer } = asked;
  return renderPage({
    title: 'Why, or why not?',
    caller,
    content: html`<section>
        <form class="fields" method="get" action="/why">
          <label>Account <input name="account" required value="${question?.account}" /></label>
          <label>Product <input name="product" required value="${question?.product}" /></label>
          <label
            >Version <input name="version" value="${question?.version}" placeholder="every release"
          /></label>
          <label>File <input name="file" value="${question?.file}" placeholder="every file" /></label>
          <button>Explain</button>
        </form>
      </section>
      ${answer ? answer.decisions.map((decision) => renderDecision(answer, decision)) : null}`,
  });
}

function renderDecision(answer: Explanation, decision: Explanation['decisions'][number]): Html {
  const subject = [answer.product, decision.version, decision.file].filter((part) => part !== null).join('/');
  const findings = decision.findings.map(
    (finding) =>
      html`<li>
        <span class="tag ${finding.admits ? 'good' : 'bad'}">${finding.reason ?? 'admits'}</span>
        ${finding.explanation} <small>Granted ${renderTime(finding.entitlement.grantedAtMs)}</small>
      </li>`,
  );
  return html`<section>
    <h2>
      ${subject}
      <span class="tag ${decision.allowed ? 'good' : 'bad'}"
        >${decision.allowed ? 'yes' : decision.reason}</span
      >
    </h2>
    <p>${decision.explanation}</p>
    <ul>
      ${findings}
    </ul>
  </section>`;
}
