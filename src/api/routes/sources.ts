/** Connecting senders: where they send to, and what came of their newest messages. */
import type { sourceRoutes } from '@baykeeper/contract/routes/sources.ts'
import type { SourceMessage } from '@baykeeper/contract/sources.ts'
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceState } from '../../domain/device.ts'
import { instant } from '../../lib/brand.ts'
import type { StoredDeadLetter } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { iso } from '../wire.ts'

const messagesMax = 20
const beforeMs = 10 * 60_000
const readingsMax = 200

export function sourceHandlers({ store, live, urls }: RouteContext): Handlers<typeof sourceRoutes> {
  async function readingsOf(device: DeviceState): Promise<readonly SourceMessage[]> {
    const { external, source, lastTime } = device
    const { items } = await store.readings({
      ...{ external, source, from: instant(lastTime - beforeMs), limit: readingsMax },
    })
    const place = live.floor.bayOf(device)
    const bay = place === undefined ? null : (live.floor.bays[place]?.id ?? null)
    return items.map((row) => ({
      ...{ id: `${row.pos}.${row.idx}`, arrived: iso(row.arrived), device: external, bay, detail: '' },
      verdict: (row.quality & qualityBits.late) === 0 ? 'accepted' : 'late',
      ...(row.occupied === undefined ? {} : { occupied: row.occupied }),
    }))
  }

  return {
    listeners: () => ({
      items: Object.entries(urls).map(([kind, url]) => ({ kind, url, local: isLocal(url) })),
      next: null,
    }),
    async sourceMessages({ params: { name } }) {
      await live.current()
      const heard = [...live.presence.devices.values()]
        .filter(({ source }) => source === name)
        .toSorted((a, b) => b.lastArrived - a.lastArrived)
        .slice(0, messagesMax)
      const readings = await Promise.all(heard.map(readingsOf))
      const letters = await store.deadLetters({ limit: messagesMax, source: name })
      const items = [...readings.flat(), ...letters.items.map(letterOnWire)]
        .toSorted((a, b) => (a.arrived < b.arrived ? 1 : a.arrived > b.arrived ? -1 : 0))
        .slice(0, messagesMax)
      return { items, next: null }
    },
  }
}

const letterOnWire = ({ pos, idx, arrived, code, detail }: StoredDeadLetter): SourceMessage => ({
  ...{ id: `${pos}.${idx}`, arrived: iso(arrived), device: null, bay: null },
  ...{ verdict: 'not-decoded', code: code as NonNullable<SourceMessage['code']>, detail },
})

const isLocal = (url: string): boolean => {
  const host = URL.parse(url)?.hostname ?? ''
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.')
}
