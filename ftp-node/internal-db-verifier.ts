// Which signed documents this node believes: those that a member with the role internal-db signed. Callers: the stager
// (grants, orders, login answers) and the session servers (download URLs). Trusts the list of keys it is given, only.
import type { KeyObject } from 'node:crypto';
import { DocumentError } from '#commlink/document-error.ts';
import type { DocumentBody, DocumentKind } from '#commlink/methods/documents.ts';
import { signingKeyFromRaw } from '#commlink/node-keys.ts';
import { verifyDocument } from '#commlink/signed-document.ts';

/** Verifies documents of any kind. */
export interface InternalDbVerifier {
  /** The body, or null when no internal-db signed this text as this kind. Whose and how old it is, the caller checks. */
  verify<K extends DocumentKind>(kind: K, text: string): DocumentBody<K> | null;
}

/** `rawSigningKeys` gives the Ed25519 public keys, base64url, of those who are internal-db members now. */
export function createInternalDbVerifier(rawSigningKeys: () => readonly string[]): InternalDbVerifier {
  let keys = new Map<string, KeyObject>();
  return {
    verify: (kind, text) => {
      keys = new Map(rawSigningKeys().map((raw) => [raw, keys.get(raw) ?? signingKeyFromRaw(raw)]));
      for (const key of keys.values()) {
        const body = verifyWith(kind, text, key);
        if (body !== null) return body;
      }
      return null;
    },
  };
}

function verifyWith<K extends DocumentKind>(kind: K, text: string, key: KeyObject): DocumentBody<K> | null {
  try {
    return verifyDocument(kind, text, key);
  } catch (error) {
    if (error instanceof DocumentError) return null;
    throw error;
  }
}
