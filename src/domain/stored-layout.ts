/** A layout as the journal and the database keep it, also in the form of earlier releases: a bay had one type, one zone and one device. */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import type { Bay, Layout } from './layout.ts'

interface EarlierBay {
  readonly type: BayType
  readonly zone?: string
  readonly device?: string
}

type StoredBay = Bay | (Omit<Bay, 'types' | 'zones' | 'devices'> & EarlierBay)

export function layoutFromStored(stored: unknown): Layout {
  const layout = stored as Layout
  return {
    ...layout,
    sites: layout.sites.map((site) => ({
      ...site,
      levels: site.levels.map((level) => ({ ...level, bays: level.bays.map(bayFromStored) })),
    })),
  }
}

function bayFromStored(stored: StoredBay): Bay {
  if (!('type' in stored)) return stored
  const { type, zone, device, ...bay } = stored
  return {
    ...bay,
    types: [type],
    zones: zone === undefined ? [] : [zone],
    devices: device === undefined ? [] : [device],
  }
}
