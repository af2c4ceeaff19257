// Makes a mail's words of a draft. Plain text only: nothing in it is loaded, hidden or clicked by mistake. Values come
// from people: in a subject and in lines their control characters are gone, so that none adds a header or a line.
import type { Language } from '#commlink/methods/people-fields.ts';
import type { MailDraft, MailKind, MailText, MailTexts } from './mail-draft.ts';
import { englishMails } from './texts/english.ts';
import { germanMails } from './texts/german.ts';

const languages: Readonly<Record<Language, MailTexts>> = { en: englishMails, de: germanMails };

/** Subject and body; `vendor` is who it is from. */
export function composeMail<K extends MailKind>(draft: MailDraft<K>, vendor: string): MailText {
  const compose = languages[draft.language][draft.kind];
  const { subject, body } = compose(withoutControls(draft.values), vendor);
  return { subject, body: `${body}\n\n-- \n${vendor}\n` };
}

function withoutControls<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll(/\p{Cc}+/gu, ' ') as T;
  if (Array.isArray(value)) return value.map(withoutControls) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutControls(part)])) as T;
}
