// `consign product create`, `platforms`, `placement` and `consign products`: what is delivered, with its releases.
import { PlacementText } from '#commlink/artifacts/placement.ts';
import { compileSchema } from '#commlink/schema.ts';
import { CliError } from '../cli-error.ts';
import type { CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatBytes, formatTable, showable } from '../text.ts';

const placementCheck = compileSchema('placement', PlacementText);

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

/** `consign product placement`. */
export const productPlacement: CommandSpec = {
  arguments: [
    ['<product>', 'the product'],
    ['[placement]', 'all, on-demand, nodes:…, tags:…, popular:COUNT/DAYS; none: as the settings say'],
  ],
  examples: [
    ['product placement tool on-demand', 'fetched by a download server when a customer asks for a file'],
    ['product placement tool nodes:ftp1,ftp2', 'kept and delivered by these alone'],
    ['product placement tool popular:5/30', 'everywhere, what was asked for five times in thirty days'],
  ],
  run: async (invocation, input) => {
    const product = parseSlug(input.argument(0), 'product');
    const text = input.optionalArgument(1);
    if (text !== null && !placementCheck.matches(text))
      throw new CliError(
        'usage',
        `${showable(text)} is not a placement. See consign product placement --help.`,
      );
    const { actor } = invocation;
    const placement = await invocation.withAdmin((admin) =>
      admin.call('product.setPlacement', { actor, product, placement: text }),
    );
    invocation.answer(placement, () => `${product} is kept: ${text ?? 'as the settings say'}.`);
  },
};
