// The calls that the commlink benchmark makes: the size and the schemas of a typical call between nodes.
import { method, type Handlers } from '#commlink/method-table.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { AtMs, Bytes, FileName, Id, Slug } from '#commlink/methods/fields.ts';

/** One small method with fields as real ones have them. */
export const benchmarkMethods = {
  'delivery.look': method({
    callers: ['ftp-node'],
    mutates: false,
    deadlineMs: 10_000,
    params: strictObject({ delivery: Id, account: Slug, file: FileName }),
    result: strictObject({ delivery: Id, sizeBytes: Bytes, expiresAtMs: AtMs, staged: Type.Boolean() }),
  }),
} as const;

/** Answers at once, so that the link is what is measured. */
export const benchmarkHandlers: Handlers<typeof benchmarkMethods> = {
  'delivery.look': async ({ delivery }) => ({
    delivery,
    sizeBytes: 1_234_567_890,
    expiresAtMs: 1_800_000_000_000,
    staged: true,
  }),
};

/** What each call asks. */
export const benchmarkParams = {
  delivery: `dlv_${'A'.repeat(22)}`,
  account: 'example-account',
  file: 'example-1.2.3-linux-x64.tar.gz',
};
