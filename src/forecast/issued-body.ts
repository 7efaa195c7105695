/**
 * A forecast as it is kept until it has been scored: for each lot and horizon one octet of what was served and nine rates of two octets
 * (the quantiles, the median of the model, the baseline), little-endian, in steps of 1/65,534; 65,535 is none.
 */
import { type ForecastAnswer, forecastLevels, type IssuedForecast } from '@baykeeper/contract/forecast.ts'
import { servings } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'

const headSchema = z.object({
  lots: z.array(z.string()),
  minutes: z.array(z.int()),
  /** Made afterwards, from what was known then. */
  hindcast: z.boolean().optional(),
})
const none = 65_535
const rateSteps = 65_534
const quantiles = forecastLevels.length
const cellBytes = 1 + 2 * (quantiles + 2)

export interface IssuedBody {
  readonly head: string
  readonly body: Uint8Array
}

export function packIssued({ lots }: Pick<ForecastAnswer, 'lots'>, { isHindcast = false } = {}): IssuedBody {
  const minutes = lots[0]?.points.map((point) => point.minutes) ?? []
  const body = new Uint8Array(lots.length * minutes.length * cellBytes)
  const view = new DataView(body.buffer)
  let at = 0
  for (const { points } of lots)
    for (const point of points) {
      body[at] = servings.indexOf(point.served)
      const rates = [...(point.rate ?? Array<null>(quantiles).fill(null)), point.model, point.baseline]
      for (const [k, rate] of rates.entries())
        view.setUint16(at + 1 + 2 * k, rate === null ? none : Math.round(rate * rateSteps), true)
      at += cellBytes
    }
  const head = { lots: lots.map(({ id }) => id), minutes, ...(isHindcast ? { hindcast: true } : {}) }
  return { head: JSON.stringify(head), body }
}

/** Served points of the requested lots, without the withheld ones. */
export function unpackIssued(
  { head, body }: IssuedBody,
  originMs: number,
  isWanted: (lot: string) => boolean,
): IssuedForecast[] {
  const { lots, minutes, hindcast } = headSchema.parse(JSON.parse(head))
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const rateAt = (at: number, k: number) => {
    const value = view.getUint16(at + 1 + 2 * k, true)
    return value === none ? null : value / rateSteps
  }
  return lots.flatMap((lot, l) => {
    if (!isWanted(lot)) return []
    return minutes.flatMap((ahead, h): IssuedForecast[] => {
      const at = (l * minutes.length + h) * cellBytes
      const what = servings[view.getUint8(at)]
      if (what === undefined || what === 'withheld') return []
      const rate = forecastLevels.map((_, k) => rateAt(at, k) ?? 0)
      const [model, baseline] = [rateAt(at, quantiles), rateAt(at, quantiles + 1)]
      return [
        {
          lot,
          minutes: ahead,
          at: new Date(originMs + ahead * 60_000).toISOString(),
          served: what,
          rate,
          model,
          baseline,
          ...(hindcast ? { hindcast } : {}),
        },
      ]
    })
  })
}
