/** Makes a failing history small: drops readings with all their deliveries, then single repetitions, while it still fails. */
import { type Delivery, type History, readingOf } from './history.ts'

export async function shrink(
  history: History,
  fails: (smaller: History) => boolean | Promise<boolean>,
): Promise<History> {
  let current = history
  for (let size = Math.ceil(readingsIn(current).length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let from = 0; from < readingsIn(current).length; ) {
      const dropped = new Set(readingsIn(current).slice(from, from + size))
      const smaller = withDeliveries(current, ({ reading }) => !dropped.has(reading))
      if (smaller.deliveries.length > 0 && (await fails(smaller))) current = smaller
      else from += size
    }
  }
  // A sender that sends again for want of an answer leaves nothing out.
  const isMarked = history.transport !== 'serial' && history.transport !== 'lorawan'
  for (let i = isMarked ? -1 : current.deliveries.length - 1; i >= 0; i--) {
    const { reading } = current.deliveries[i] as Delivery
    const isRepeat = current.deliveries.findIndex((delivery) => delivery.reading === reading) < i
    const smaller = withDeliveries(current, (_, k) => k !== i)
    if (isRepeat && (await fails(smaller))) current = smaller
  }
  return current
}

const readingsIn = ({ deliveries }: History) => [...new Set(deliveries.map(({ reading }) => reading))]

const withDeliveries = (history: History, keep: (delivery: Delivery, i: number) => boolean): History => ({
  ...history,
  deliveries: history.deliveries.filter(keep),
})

/** For people: one line per delivered frame. */
export function table(history: History): string {
  const { kind, transport, seed, fair, traits } = history
  const lines = history.deliveries.map((delivery, i) => {
    const { run, wire } = readingOf(history, delivery)
    const marks = [
      delivery.dup && 'dup',
      delivery.connection !== undefined && `conn ${delivery.connection}`,
      delivery.network && `net ${clock(delivery.network.time)} ${delivery.network.rssi} ${delivery.network.gateway}`,
    ].filter(Boolean)
    const { occupied, time, ...rest } = wire
    const fields = [
      ...Object.entries(rest).map(([name, value]) => `${name} ${value}`),
      ...(time === undefined ? [] : [`time ${clock(time)}`]),
      occupied ? 'T' : 'F',
    ]
    return `${String(i).padStart(4)}  ${clock(delivery.arrived)}  uplink ${delivery.record}  run ${run}  ${fields.join('  ')}  ${marks.join(' ')}`
  })
  const head = `seed ${seed}: ${kind} over ${transport}, ${fair ? 'fair' : 'unfair'}; ${traits.join(', ') || 'nothing special'}`
  return [head, ...lines].join('\n')
}

const clock = (ms: number) => new Date(ms).toISOString().slice(5, 23).replace('T', ' ')
