// The language that an answer of the console is made in. It is set once for each request and read wherever a text, a size or a
// time is put into a page, so that no page has to hand it on. What is made outside a request is English.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Language } from '#commlink/pages/texts/language.ts';

/** What is known of the answer that is being made. */
export interface Spoken {
  readonly language: Language;
  /** The page that is asked for, to come back to after the language was changed. */
  readonly path: string;
}

const spoken = new AsyncLocalStorage<Spoken>();

/** Does this work, and all that it begins, in a language. */
export function speak<T>(how: Spoken, work: () => T): T {
  return spoken.run(how, work);
}

/** What this makes is English: it is kept, or goes to programs. */
export function inEnglish<T>(work: () => T): T {
  return spoken.run({ language: 'en', path: spokenPath() }, work);
}

/** The language of the answer that is being made. */
export function spokenLanguage(): Language {
  return spoken.getStore()?.language ?? 'en';
}

/** The page that is being made. */
export function spokenPath(): string {
  return spoken.getStore()?.path ?? '/';
}

/** Texts of which each is read in the language that is spoken at that moment; groups of them, too, whenever they were taken. */
export function inSpokenLanguage<T extends object>(texts: Readonly<Record<Language, T>>): T {
  const groups = new Map<PropertyKey, object>();
  const read = (_: T, name: PropertyKey): unknown => {
    const text: unknown = Reflect.get(texts[spokenLanguage()], name);
    if (!isGroup(text)) return text;
    const group =
      groups.get(name) ?? inSpokenLanguage({ en: groupOf(texts.en, name), de: groupOf(texts.de, name) });
    groups.set(name, group);
    return group;
  };
  return new Proxy(texts.en, { get: read });
}

/** Neither a list, nor HTML, nor a function: an object of texts. */
function isGroup(text: unknown): text is object {
  return typeof text === 'object' && text !== null && Object.getPrototypeOf(text) === Object.prototype;
}

function groupOf(texts: object, name: PropertyKey): object {
  return Reflect.get(texts, name) as object;
}
