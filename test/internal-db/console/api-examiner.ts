// Holds answers of the console's API against its own description. For the tests of the API.
import { compileSchema, type TSchema } from '#commlink/schema.ts';
import type { ApiAnswer } from './staff-client.ts';

/** The description, as far as it is looked at. */
export interface StaffApiDescription {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly responses: Readonly<
              Record<string, { readonly content?: Readonly<Record<string, { readonly schema: TSchema }>> }>
            >;
          }
        >
      >
    >
  >;
}

/** The examiner. */
export class ApiExaminer {
  readonly #description: StaffApiDescription;

  constructor(description: StaffApiDescription) {
    this.#description = description;
  }

  /** Why the answer of this route (`GET /accounts/:account`) is not as described; null when it is. */
  examine(route: string, answer: ApiAnswer): string | null {
    const [method = '', path = ''] = route.split(' ');
    const template = `/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`;
    const response = this.#description.paths[template]?.[method.toLowerCase()]?.responses[answer.status];
    if (!response) return `${method} ${template} ${answer.status} is not described: ${answer.text}`;
    if (!response.content) return answer.text === '' ? null : 'there is a body where none is described';
    const mediaType = String(answer.headers['content-type']).split(';')[0] ?? '';
    const media = response.content[mediaType];
    if (!media) return `${mediaType} is not described`;
    try {
      compileSchema('answer', media.schema).parse(answer.json);
      return null;
    } catch (error) {
      return `${String(error)}: ${answer.text.slice(0, 500)}`;
    }
  }
}
