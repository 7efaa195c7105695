/** `grow`: the shipped trees, from the training data of the shipped weights. One command, the same bytes. */
import { hashOf } from '../model/weights-file.ts'
import { answeredHorizons } from '../serve/horizons.ts'
import { shareOf, shippedPanels } from '../train/panels.ts'
import { type GrowOptions, grow, growDefaults } from './grow.ts'
import { writeTrees } from './trees-file.ts'
import { treeWindows } from './windows.ts'

const attribution =
  'Grown on "Parkhausbelegung Stadt Muenster" (dl-de/by-2-0), kept by Code For Muenster, 2021-06 to 2024-07, and on generated cities.'
const withoutMuenster = 'Grown on generated cities.'

/** Exit code. */
export function growCommand({
  out,
  data,
  folder,
  options = {},
}: {
  readonly out?: string | undefined
  readonly data?: string | undefined
  readonly folder: string
  readonly options?: Partial<GrowOptions>
}): number {
  if (!out || (data !== 'shipped' && data !== 'city')) {
    console.error('grow wants --data shipped|city and --out FILE')
    return 2
  }
  const all = shippedPanels(folder)
  const panels = data === 'shipped' ? all : all.filter(({ name }) => name.startsWith('city'))
  const windows = panels.flatMap((panel, i) =>
    treeWindows(panel, { horizons: answeredHorizons, share: shareOf(panel, panels.length), seed: 31 + i }),
  )
  const settings = { ...growDefaults, log: (text: string) => console.error(text), ...options }
  const grown = grow(windows, settings)
  const about = data === 'shipped' ? attribution : withoutMuenster
  writeTrees(out, { grown, leavesMax: settings.leavesMax, dataHash: hashOf(panels), about })
  return 0
}
