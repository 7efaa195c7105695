/**
 * What people do in the simulated city, as records of its journal: as the API makes them, which takes no layout while a city is simulated. A sensor
 * that takes the place of another ends one assignment, begins the next and promises what the other did.
 */
import { encodeDeskEntry } from '../domain/desk-change.ts'
import type { Layout } from '../domain/layout.ts'
import { editedLayout } from '../domain/layout-edit.ts'
import { encodePublication } from '../domain/layout-publication.ts'
import { instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { packJson } from '../lib/packed-json.ts'
import type { CityAct } from '../simulator/city-script.ts'

const author = 'simulator'

export interface DemoDesk {
  /** The record of an act; undefined: it changes nothing. */
  recordOf(act: CityAct): Promise<Uint8Array | undefined>
}

/** `first`: the layout that is in effect. */
export function createDemoDesk(first: Layout, clock: Pick<Clock, 'now'>): DemoDesk {
  let layout = first
  return {
    async recordOf(act) {
      const at = instant(clock.now())
      if (act.is === 'desk') return encodeDeskEntry({ author, reason: act.reason, at, change: act.change })
      const { device, bay, replaces } = act
      const edited = editedLayout(layout, [{ is: 'assign', device, to: { bay }, replaces }])
      if (!edited.ok) return undefined
      const devices = layout.devices?.map((facts) => (facts.device === replaces ? { ...facts, device } : facts)) ?? []
      layout = { ...edited.value, devices }
      const comment = `Sensor ${replaces} replaced`
      return encodePublication({ author, comment, at, packed: await packJson(layout) })
    },
  }
}
