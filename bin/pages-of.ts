// Reads a list that internal-db hands out in pages. Called by commands that show all of it.
import { pageRowsMax, type Cursor, type PageRequest } from '#commlink/methods/paging.ts';

/** Its pages, one after the other, each as large as may be; `ask` asks for one. */
export async function* pagesOf<Page extends { readonly next: Cursor | null }>(
  ask: (page: PageRequest) => Promise<Page>,
): AsyncGenerator<Page> {
  let after: Cursor | null = null;
  do {
    const page: Page = await ask({ after, limit: pageRowsMax });
    yield page;
    after = page.next;
  } while (after !== null);
}
