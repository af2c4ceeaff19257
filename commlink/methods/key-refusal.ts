// Why a public SSH key is not taken: a reason that pages have words for in each language, and a sentence for programs.
// Part of the row `sshKey.add`; used by internal-db, which refuses, and by the web-front's pages.
import { Type, strictObject, type Static } from '../schema.ts';
import { Line } from './fields.ts';

/** What is wrong with what was put in. */
export const KeyRefusalReason = Type.Union([
  Type.Literal('private_key'),
  Type.Literal('other_format'),
  Type.Literal('several_lines'),
  Type.Literal('dsa'),
  Type.Literal('certificate'),
  Type.Literal('security_key'),
  Type.Literal('options'),
  Type.Literal('not_a_key'),
  Type.Literal('damaged'),
  Type.Literal('too_short'),
  Type.Literal('too_long'),
  /** The caller has it already; `value` is its name. */
  Type.Literal('known'),
  /** `value` is how many the caller has. */
  Type.Literal('too_many'),
]);
export type KeyRefusalReason = Static<typeof KeyRefusalReason>;

/** The refusal. `value` is what the sentence names, where it names something. */
export const KeyRefusal = strictObject({
  reason: KeyRefusalReason,
  value: Type.Union([Line, Type.Null()]),
  explanation: Line,
});
export type KeyRefusal = Static<typeof KeyRefusal>;
