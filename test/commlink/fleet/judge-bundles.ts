// Verdicts on bundles, and bundles with something else in them, for the tests of an appliance's verification.
import type { Test } from 'tap';
import type { CatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import type { TrustedState } from '#commlink/fleet/tuf/trusted-state.ts';
import { verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import { nowMs, uid, type TestRepository } from './two-repositories.ts';

/** What is trusted, and what is offered. */
export type Given = readonly [trusted: TrustedState, bundle: CatalogBundle];
/** Why, at which step, and of which repository (the director's, if it is not said). */
export type Refusal = readonly [code: string, step: string, repository?: string];

/** It must be accepted; what is trusted then. */
export function accept(t: Test, ...[trusted, bundle, atMs = nowMs]: [...Given, number?]) {
  const verdict = verifyBundle({ trusted, bundle, uid, nowMs: atMs });
  if (!verdict.accepted) t.fail(`refused: ${verdict.error.message}`, { error: verdict.error });
  return verdict.trusted;
}

/** It must be refused for this; what is trusted then. */
export function refuse(t: Test, ...[trusted, bundle, refusal, atMs = nowMs]: [...Given, Refusal, number?]) {
  const [code, step, repository = 'director'] = refusal;
  const verdict = verifyBundle({ trusted, bundle, uid, nowMs: atMs });
  if (verdict.accepted) t.fail('it was accepted');
  else t.match(verdict.error, { code, step, repository });
  return verdict.trusted;
}

/** The director's part of a bundle, with texts of its own in some places. */
export function withDirector(
  bundle: CatalogBundle,
  parts: Partial<CatalogBundle['director']>,
): CatalogBundle {
  return { ...bundle, director: { ...bundle.director, ...parts } };
}

/** A chain of the director with a targets that was made otherwise. */
export function chainOf(director: TestRepository, targets: string, version = 1) {
  const snapshot = director.snapshot(targets, { version });
  return { targets, snapshot, timestamp: director.timestamp(snapshot, { version }) };
}
