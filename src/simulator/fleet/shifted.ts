/** A history at another time: it ends when the fleet begins to send, so that its device clocks are within the trust window of the server. */
import type { History } from '../world/history.ts'

/** Ahead of its newest frame no clock of a board may be, when the server sees it. */
const marginMs = 2_000

export function shifted(history: History, begin: number): History {
  const { readings, deliveries, traits } = history
  // A clock that is ahead is so at every frame only where the first one is made now.
  const isAhead = traits.includes('clock ten minutes ahead')
  const newest = Math.max(...deliveries.map(({ arrived }) => arrived))
  const by = begin - marginMs - (isAhead ? (readings[0]?.at ?? newest) : newest)
  return {
    ...history,
    readings: readings.map((reading) => {
      const { time, ...wire } = reading.wire
      return { ...reading, at: reading.at + by, wire: time === undefined ? wire : { ...wire, time: time + by } }
    }),
    deliveries: deliveries.map((delivery) => ({
      ...delivery,
      arrived: delivery.arrived + by,
      ...(delivery.network ? { network: { ...delivery.network, time: delivery.network.time + by } } : {}),
    })),
  }
}
