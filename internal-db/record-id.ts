// Makes the ids of records: a three-letter kind, an underscore, 128 random bits (`Id` in #commlink/methods/fields.ts).
// Called wherever a row is born. Ids are names, not secrets: knowing one gives nobody anything.
import { randomBytes } from 'node:crypto';

/** The kinds of records that have ids. */
export type RecordKind =
  | 'acc'
  | 'usr'
  | 'ses'
  | 'tok'
  | 'key'
  | 'prd'
  | 'rel'
  | 'art'
  | 'ent'
  | 'ext'
  | 'lic'
  | 'dlv'
  | 'grt'
  | 'ord'
  | 'msg'
  | 'whk'
  | 'ban'
  | 'stf'
  | 'sat'
  | 'inv'
  | 'lnk'
  | 'mal'
  | 'pky'
  | 'prp'
  | 'idl'
  | 'pvw'
  | 'upl'
  | 'rol'
  | 'apl'
  | 'apt'
  | 'sit'
  | 'enc'
  | 'ffl';

/** A new id of the kind given, e.g. `dlv_3q2-7wAAAAAAAAAAAAAAAA`. */
export function newRecordId(kind: RecordKind): string {
  return `${kind}_${randomBytes(16).toString('base64url')}`;
}
