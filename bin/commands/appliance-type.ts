// `consign appliance type create`, `products` and `list`: which products a model of appliance runs.
import type { ApplianceType } from '#commlink/methods/fleet-setup-methods.ts';
import type { CommandInput, CommandSpec } from '../command-spec.ts';
import { parseSlug } from '../names.ts';
import { formatTable } from '../text.ts';

const productsOption = ['--products <names>', 'the products that it runs, separated by commas'] as const;

/** `consign appliance type create`. */
export const applianceTypeCreate: CommandSpec = {
  arguments: [['<type>', 'its name']],
  options: [
    productsOption,
    ['--channel <name>', 'from which channel it is updated (default: stable)'],
    ['--title <text>', 'what people call it (default: the name)'],
  ],
  examples: [['appliance type create gateway-box --products gateway,modem', 'before codes are made for it']],
  run: async (invocation, input) => {
    const name = parseSlug(input.argument(0), 'type');
    const wanted = {
      name,
      title: input.option('title') ?? name,
      channel: parseSlug(input.option('channel') ?? 'stable', 'channel'),
      products: parseProducts(input),
    };
    const type = await invocation.withAdmin((admin) =>
      admin.call('applianceType.create', { actor: invocation.actor, ...wanted }),
    );
    invocation.answer(type, () => `Created. ${describeType(type)}`);
  },
};

/** `consign appliance type products`. */
export const applianceTypeProducts: CommandSpec = {
  arguments: [['<type>', 'its name']],
  options: [productsOption],
  examples: [
    ['appliance type products gateway-box --products gateway,modem,clock', 'all that it runs from now on'],
  ],
  run: async (invocation, input) => {
    const wanted = { name: parseSlug(input.argument(0), 'type'), products: parseProducts(input) };
    const type = await invocation.withAdmin((admin) =>
      admin.call('applianceType.setProducts', { actor: invocation.actor, ...wanted }),
    );
    invocation.answer(type, () => describeType(type));
  },
};

/** `consign appliance type list`. */
export const applianceTypeList: CommandSpec = {
  examples: [['appliance type list', 'with what each runs']],
  run: async (invocation) => {
    const { types } = await invocation.withAdmin((admin) => admin.call('applianceType.list', {}));
    invocation.answer(types, () =>
      types.length === 0
        ? 'There are no types of appliances yet.'
        : formatTable(
            ['type', 'channel', 'products', 'title'],
            types.map(({ name, channel, products, title }) => [name, channel, products.join(', '), title]),
          ),
    );
  },
};

function parseProducts(input: CommandInput): string[] {
  const names = input.requiredOption('products', 'an appliance without one has nothing to run.');
  return names.split(',').map((name) => parseSlug(name.trim(), 'product'));
}

function describeType({ name, channel, products }: ApplianceType): string {
  return `Appliances of the type ${name} run ${products.join(', ')}, from the channel ${channel}.`;
}
