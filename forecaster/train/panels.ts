/** Training data by name. Nothing here reaches into a test window. */
import { generatedCity } from '../data/city.ts'
import { readMuenster } from '../data/muenster.ts'
import type { Panel } from '../data/panel.ts'
import { thinned } from '../data/thinned.ts'

/** Train and validation of protocol M; its test window begins here. */
const muensterUntil = '2024-08-01'
const muensterFrom = '2021-06-01'
const city = { lots: 12, days: 420 }

export const singlePanel = (name: 'muenster' | 'city', folder: string): Panel =>
  name === 'city'
    ? generatedCity({ seed: 1, ...city })
    : readMuenster(folder, { from: muensterFrom, until: muensterUntil })

/** Small lots: what is drawn for each garage of Muenster. */
const smallCapacities = [5, 60, 12, 30, 8, 45, 20, 6, 35, 16, 25]

/** Training data of the shipped weights. */
export function shippedPanels(folder: string): Panel[] {
  const muenster = singlePanel('muenster', folder)
  return [muenster, thinned(muenster, smallCapacities, 21), ...[11, 12].map((seed) => generatedCity({ seed, ...city }))]
}

/** How often a panel is drawn, against that of real garages. */
export const shareOf = ({ name }: Panel, panels: number): number => {
  if (panels === 1) return 1
  if (name.startsWith('thinned')) return 0.4
  return name.startsWith('city') ? 0.2 : 1
}
