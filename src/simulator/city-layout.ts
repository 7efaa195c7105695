/** The demo city on paper: one row of plates for each of four lots, up to five levels each, bay types where architects put them. */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import type { Bay, Layout, Level, Site } from '../domain/layout.ts'
import { type Character, characters } from './demand.ts'
import { harbourBays, harbourCityMin, harbourDevices, harbourSite } from './harbour.ts'
import { bayH, bayPlace, bayW, type PlateShape, shapePlate } from './plate.ts'
import { createRandom, type Random } from './random.ts'

const levelsPerSite = 5
/** A smaller city has fewer levels: a plate of three bays is no car park. */
const levelBaysMin = 12
const plateGap = 8
const siteGap = 14
/** Shares of all bays. */
const disabledShare = 0.03
const evShare = 0.08
const familyShare = 0.04
const staffShare = 0.06
const closedShare = 0.004

/** How often a sensor promises to send, seconds; those of the ground floor of the station are on mains. */
const heartbeatS = 180
const mainsHeartbeatS = 60

/** With the harbour beneath the car parks. */
export function livingCity(bays: number, seed: number, zone: string): Layout {
  const hasHarbour = bays >= harbourCityMin
  const inside = bays - (hasHarbour ? harbourBays : 0)
  const { sites, ...city } = cityLayout(inside, seed, zone)
  const bottom = Math.max(...sites.flatMap(({ levels }) => levels.map(({ y, h }) => y + h))) + siteGap
  const harbour = hasHarbour ? [harbourSite({ zone, x: 0, y: bottom, deviceOf: (i) => deviceId(inside + i) })] : []
  const all = [...sites, ...harbour]
  const devices = all.flatMap(({ id, levels }) =>
    levels.flatMap(({ bays }, level) => {
      const promised = id === 'sta' && level === 0 ? mainsHeartbeatS : heartbeatS
      return bays.flatMap(({ devices }) => devices).map((device) => ({ device, heartbeatS: promised }))
    }),
  )
  return { ...city, sites: all, devices: hasHarbour ? [...devices, ...harbourDevices] : devices }
}

export function cityLayout(bays: number, seed: number, zone: string): Layout {
  const random = createRandom(seed ^ 0x5eed)
  const sizes = split(
    bays,
    characters.map(({ share }) => share),
  )
  const plans = sizes.map((size) => {
    const levelCount = Math.max(1, Math.min(levelsPerSite, Math.floor(size / levelBaysMin)))
    const counts = split(
      size,
      Array.from({ length: levelCount }, () => 1 / levelCount),
    )
    return { counts, shape: shapePlate(Math.max(...counts)) }
  })
  // One width for all columns: the levels of the lots stand below one another.
  const columnW = Math.max(...plans.map(({ shape }) => shape.w)) + plateGap
  const sites: Site[] = []
  let y = 0
  let number = 0
  for (const [s, character] of characters.entries()) {
    const { counts, shape } = plans[s] as (typeof plans)[number]
    const levels = counts.map((count, l) => {
      const first = number
      number += count
      return level({ character, index: l, count, first, shape, x: l * columnW, y, random })
    })
    sites.push({ id: character.code.toLowerCase(), name: character.name, zone, levels })
    y += shape.h + siteGap
  }
  return { name: 'Demo City', bayW, bayH, sites }
}

interface LevelPlan {
  readonly character: Character
  readonly index: number
  readonly count: number
  /** Number of its first bay in the city. */
  readonly first: number
  readonly shape: PlateShape
  readonly x: number
  readonly y: number
  readonly random: Random
}

function level({ character, index, count, first, shape, x, y, random }: LevelPlan): Level {
  const bays: Bay[] = []
  for (let i = 0; i < count; i++) {
    const place = bayPlace(shape, i)
    const type = typeOf(character, index, i, count)
    bays.push({
      id: `${character.code}-${index + 1}${String(i + 1).padStart(3, '0')}`,
      types: [type],
      zones: type === 'ev' ? ['charging'] : type === 'staff' ? ['staff'] : [],
      x: x + place.x,
      y: y + place.y,
      devices: [deviceId(first + i)],
      ...(random() < closedShare ? { closed: true } : {}),
    })
  }
  const zones = [
    { id: 'charging', name: 'Charging' },
    { id: 'staff', name: 'Staff' },
  ].filter(({ id }) => bays.some(({ zones }) => zones.includes(id)))
  return { id: `l${index + 1}`, name: `L${index + 1}`, x, y, w: shape.w, h: shape.h, zones, bays }
}

/** A DevEUI in the form of the LoRa Alliance's test block. */
/** Of the sensor that takes the place of this one. */
export const replacementId = (device: string): string => device.replace(/^70B3D57ED0/, '70B3D57ED8')

const deviceId = (number: number): string => `70B3D57ED${number.toString(16).toUpperCase().padStart(7, '0')}`

/** Disabled and family bays by the entrance, chargers in a block at the far end of the lower levels, staff on top at the hospital. */
function typeOf({ code }: Character, level: number, index: number, count: number): BayType {
  const at = index / count
  if (at < disabledShare) return 'disabled'
  if (at < disabledShare + familyShare) return 'family'
  if (level < 3 && at >= 1 - (evShare * 5) / 3) return 'ev'
  if (code === 'HOSP' && level === levelsPerSite - 1 && at < staffShare * levelsPerSite + 0.07) return 'staff'
  return 'standard'
}

/** Whole numbers that add up to `total`, in the given shares: the remainder goes to the largest fractions. */
function split(total: number, shares: readonly number[]): number[] {
  const exact = shares.map((share) => share * total)
  const parts = exact.map(Math.floor)
  const order = exact.map((value, i) => ({ i, rest: value - Math.floor(value) })).sort((a, b) => b.rest - a.rest)
  let left = total - parts.reduce((sum, part) => sum + part, 0)
  for (const { i } of order) if (left-- > 0) parts[i] = (parts[i] as number) + 1
  return parts
}
