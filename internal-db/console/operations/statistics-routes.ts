// The console's route of the statistics, for every role.
import { RpcError } from '#commlink/rpc-error.ts';
import { findProduct } from '../../admin/find-by-name.ts';
import type { ServiceContext } from '../../service-context.ts';
import { periods, readDownloadStatistics } from '../../statistics/download-statistics.ts';
import type { ForStaff } from '../console-gate.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import { statisticsTexts } from '../texts/console-texts.ts';
import { renderStatisticsPage, type StatisticsQuestion, type StatisticsView } from './statistics-page.ts';

/** Registers it. */
export function registerStatisticsRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/statistics',
    forStaff(async (caller, request) =>
      renderStatisticsPage(caller, await readView(context, parseQuestion(new FormFields(request.query)))),
    ),
  );
}

function parseQuestion(fields: FormFields): StatisticsQuestion {
  const asked = fields.optional('period') ?? String(periods[0].days);
  const period = periods.find(({ days }) => String(days) === asked);
  if (period === undefined)
    throw new RpcError('refused', statisticsTexts.filter.choose(periods.map(({ days }) => days).join(', ')));
  return { period, product: fields.text('product'), node: fields.text('node') };
}

async function readView(context: ServiceContext, question: StatisticsQuestion): Promise<StatisticsView> {
  const { read } = context.store;
  const { period, product, node } = question;
  const productId = product === '' ? null : (await findProduct(read, product)).id;
  const nodeName = node === '' ? null : node;
  const statistics = await readDownloadStatistics(context, { period, productId, nodeName });
  const members = context.documents.ftpNodes().map(({ name }) => name);
  return {
    question,
    statistics,
    productNames: (await read.catalog.products()).map(({ name }) => name),
    // A node that was taken out has statistics too, as long as something of it is shown.
    nodeNames: [...new Set([...members, ...statistics.nodes.map(({ name }) => name)])].toSorted(),
  };
}
