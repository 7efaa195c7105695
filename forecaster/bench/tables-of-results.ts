/** Results as Markdown tables, in points of rate. */
import type { Result } from './results.ts'

const points = (value: number, digits = 3) => (100 * value).toFixed(digits)
const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
const rule = (columns: number) => row(Array.from({ length: columns }, () => '---'))

export function tableOf(result: Result): string {
  return [errorTable(result), quantileTable(result), versusTable(result)].join('\n\n')
}

export function errorTable({ methods, horizonNames, seeds, title, split, window, pairs }: Result): string {
  return [
    `**${title}, ${split} ${window[0]} to ${window[1]} (exclusive)**: MAE in points; pairs ${pairs.join(', ')}`,
    '',
    row(['method', ...horizonNames]),
    rule(horizonNames.length + 1),
    ...methods.map(({ name, ours, mae }) => row([ours ? `**${name}**` : name, ...mae.map((value) => points(value))])),
    ...seedRows(seeds),
  ].join('\n')
}

const seedRows = ({ count, mean, deviation }: Result['seeds']): string[] =>
  count === 0
    ? []
    : [
        row([
          `one seed, mean ± sd of ${count}`,
          ...mean.map((value, h) => `${points(value)} ± ${points(deviation[h] as number)}`),
        ]),
      ]

export function otherErrorsTable({ methods, horizonNames }: Result): string {
  return [
    row(['RMSE in points / MASE', ...horizonNames]),
    rule(horizonNames.length + 1),
    ...methods.map(({ name, rmse, mase }) =>
      row([name, ...rmse.map((value, h) => `${points(value, 2)} / ${(mase[h] as number).toFixed(3)}`)]),
    ),
  ].join('\n')
}

export function quantileTable({ methods, horizonNames }: Result): string {
  return [
    row(['pinball; coverage of 80 / 95 %; width in points', ...horizonNames]),
    rule(horizonNames.length + 1),
    ...methods.flatMap(({ name, quantile }) =>
      quantile
        ? [
            row([
              name,
              ...quantile.map(
                (score) =>
                  `${points(score.pinball)}; ${points(score.coverage80, 1)} / ${points(score.coverage95, 1)}; ` +
                  `${points(score.width80, 1)} / ${points(score.width95, 1)}`,
              ),
            ]),
          ]
        : [],
    ),
  ].join('\n')
}

export function versusTable({ versus, ratio, horizonNames }: Result): string {
  const names = Object.keys(versus)
  return [
    row(['against the best baseline (95 % interval of the difference)', ...horizonNames, 'geometric ratio']),
    rule(horizonNames.length + 2),
    ...names.map((name) =>
      row([
        name,
        ...(versus[name] ?? []).map(
          ({ baseline, baselineMae, interval: { difference, low, high } }) =>
            `${((100 * difference) / baselineMae).toFixed(1)} % of ${points(baselineMae)} (${baseline}): ` +
            `${points(difference)} [${points(low)}, ${points(high)}]`,
        ),
        ratioText(ratio[name]),
      ]),
    ),
  ].join('\n')
}

const ratioText = (interval: Result['ratio'][string] | undefined) =>
  interval ? `${interval.difference.toFixed(4)} [${interval.low.toFixed(4)}, ${interval.high.toFixed(4)}]` : ''

export function lotTable({ lots, horizonNames }: Result): string {
  return [
    row(['lot: MAE; coverage 80 / 95 %', ...horizonNames]),
    rule(horizonNames.length + 1),
    ...lots.map(({ lot, mae, coverage80, coverage95 }) =>
      row([
        lot,
        ...mae.map(
          (value, h) =>
            `${points(value, 2)}; ${points(coverage80[h] as number, 0)} / ${points(coverage95[h] as number, 0)}`,
        ),
      ]),
    ),
  ].join('\n')
}
