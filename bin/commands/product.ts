// `consign product create` and `consign products`: what is delivered, with its releases.
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatBytes, formatTable } from '../text.ts';

/** `consign product create`. */
export const productCreate: CommandSpec = {
  words: 'product create',
  summary: 'make a product, to publish releases of',
  arguments: [['<product>', 'its name in commands and paths, for example tool']],
  options: [
    ['--title <text>', 'its name for people (default: the name)'],
    ['--description <text>', 'what customers read about it'],
  ],
  examples: [['product create tool --title "The tool"', 'a product without releases yet']],
  run: async (invocation, input) => {
    const name = parseSlug(input.argument(0), 'product');
    const title = input.option('title') ?? name;
    const description = input.option('description') ?? '';
    const product = await invocation.withAdmin((admin) =>
      admin.call('product.create', { actor: invocation.actor, name, title, description }),
    );
    invocation.answer(product, () => `Product ${name} was made. Next: consign publish ${name} VERSION FILE`);
  },
};

/** `consign products`. */
export const products: CommandSpec = {
  words: 'products',
  summary: 'list the products and their releases',
  examples: [['products', 'all of them, with every release']],
  run: async (invocation) => {
    const list = await invocation.withAdmin((admin) => admin.call('product.list', {}));
    invocation.answer(list.products, () =>
      formatTable(
        ['product', 'version', 'channel', 'state', 'files', 'size', 'title'],
        list.products.flatMap(({ name, title, releases }) =>
          releases.length === 0
            ? [[name, '-', '', '', '', '', title]]
            : releases.map(({ version, channel, state, fileCount, sizeBytes }) => [
                name,
                version,
                channel,
                state,
                String(fileCount),
                formatBytes(sizeBytes),
                title,
              ]),
        ),
      ),
    );
  },
};
