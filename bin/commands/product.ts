// `consign product create`, `consign product platforms` and `consign products`: what is delivered, with its releases.
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatBytes, formatTable } from '../text.ts';

/** `consign product create`. */
export const productCreate: CommandSpec = {
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

/** `consign product platforms`. */
export const productPlatforms: CommandSpec = {
  arguments: [
    ['<product>', 'the product'],
    ['[platforms...]', 'as they were published with; none: by name'],
  ],
  examples: [
    ['product platforms tool linux-x64 windows-x64', 'a customer’s own platform is first all the same'],
  ],
  run: async (invocation, input) => {
    const product = parseSlug(input.argument(0), 'product');
    const platforms = [...input.severalArguments(1)];
    const { actor } = invocation;
    const order = await invocation.withAdmin((admin) =>
      admin.call('product.setPlatformOrder', { actor, product, platforms }),
    );
    invocation.answer(order, () => `${product} is listed as: ${platforms.join(', ') || 'by name'}.`);
  },
};
