/** Training data by name. Nothing here reaches into a test window. */
import { generatedCity } from '../data/city.ts'
import { readMuenster } from '../data/muenster.ts'
import type { Panel } from '../data/panel.ts'

/** Train and validation of protocol M; its test window begins here. */
const muensterUntil = '2024-08-01'
const muensterFrom = '2021-06-01'
const city = { lots: 12, days: 420 }

export const singlePanel = (name: 'muenster' | 'city', folder: string): Panel =>
  name === 'city'
    ? generatedCity({ seed: 1, ...city })
    : readMuenster(folder, { from: muensterFrom, until: muensterUntil })

/** Training data of the shipped weights. */
export const shippedPanels = (folder: string): Panel[] => [
  singlePanel('muenster', folder),
  ...[11, 12].map((seed) => generatedCity({ seed, ...city })),
]
