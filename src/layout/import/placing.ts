/** Levels and sites of an import in the plan: outlines around their bays, and nothing drawn over each other. Pure. */
import { bayCentre, bayOutline } from '../../domain/bay-shape.ts'
import type { Bay, Layout, Level, Site, Zone } from '../../domain/layout.ts'
import type { ImportNotes } from './imported.ts'
import { millimetres } from './projection.ts'
import type { Projections } from './projections.ts'

/** Around the bays of a level that is made here, metres; above them is its title. */
const marginM = 2
const titleM = 6
/** Between levels and sites that are placed here. */
const gapM = 10
/** Sites that are further apart than this are moved together in the plan. */
const togetherM = 2_000

export interface LevelDraft {
  readonly id: string
  readonly made: boolean
  level: Omit<Level, 'bays' | 'zones'>
  readonly zones: Map<string, Zone>
  readonly bays: Map<string, Bay>
  /** Drawn although it has no bays. */
  readonly outline: { x: number; y: number }[]
}

export interface SiteDraft {
  site: Omit<Site, 'levels'>
  readonly made: boolean
  readonly levels: Map<string, LevelDraft>
}

interface Box {
  x: number
  y: number
  w: number
  h: number
}

function boxOf(points: readonly { x: number; y: number }[]): Box | undefined {
  if (points.length === 0) return undefined
  let [left, right, top, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  for (const { x, y } of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { x: left, y: top, w: right - left, h: bottom - top }
}

/** Outlines for levels that are made here, room for bays in those that were there, and nothing drawn over each other. */
export function placed(
  base: Layout,
  sites: ReadonlyMap<string, SiteDraft>,
  geo: Projections,
  notes: ImportNotes,
): Layout {
  const taken: Box[] = base.sites.flatMap(({ levels }) => levels)
  const isFar = areFarApart(
    [...sites.values()].filter(({ made }) => made),
    base,
  )
  const done: Site[] = []
  for (const { site, made, levels } of sites.values()) {
    const anchor = site.anchor ?? geo.used(site.id)
    const own = [...levels.values()].map((draft) => ({ draft, box: roomOf(draft, base) }))
    const shift = made
      ? shiftOf(
          own.map(({ box }) => box),
          taken,
          isFar,
        )
      : { x: 0, y: 0 }
    const ready: Level[] = []
    for (const { draft, box } of own) {
      const move = { ...shift }
      if (draft.made) {
        while (taken.some((other) => overlap(moved(box, move), other))) {
          const right = Math.max(...taken.filter((other) => overlap(moved(box, move), other)).map(({ x, w }) => x + w))
          move.x += right + gapM - box.x - move.x
        }
        if (move.x !== shift.x)
          notes.warn(
            `level ${draft.id}`,
            `it lies over another level: it is drawn ${Math.round(move.x - shift.x)} m to the right of its place`,
          )
      }
      const outline = moved(box, move)
      taken.push(outline)
      ready.push({
        ...draft.level,
        ...outline,
        zones: [...draft.zones.values()],
        bays: [...draft.bays.values()].map((bay) => movedBay(bay, move)),
      })
    }
    const at = anchor && { ...anchor, x: millimetres(anchor.x + shift.x), y: millimetres(anchor.y + shift.y) }
    done.push({ ...site, ...(at && (site.anchor === undefined || made) ? { anchor: at } : {}), levels: ready })
  }
  return { ...base, sites: done }
}

/** The outline of a level: as it was, grown where bays reach out of it; or around its bays. */
function roomOf({ made, level, bays, outline }: LevelDraft, sizes: Layout): Box {
  const drawn = boxOf([...[...bays.values()].flatMap((bay) => bayOutline(bay, sizes)), ...outline])
  if (!made) {
    const isOutside = [...bays.values()].some((bay) => {
      const { x, y } = bayCentre(bay, sizes)
      return x < level.x || x > level.x + level.w || y < level.y || y > level.y + level.h
    })
    if (!drawn || !isOutside) return level
    const [x, y] = [Math.min(level.x, Math.floor(drawn.x)), Math.min(level.y, Math.floor(drawn.y))]
    const [right, bottom] = [
      Math.max(level.x + level.w, Math.ceil(drawn.x + drawn.w)),
      Math.max(level.y + level.h, Math.ceil(drawn.y + drawn.h)),
    ]
    return { x, y, w: right - x, h: bottom - y }
  }
  const around = drawn ?? { x: 0, y: 0, w: 0, h: 0 }
  const [x, y] = [Math.floor(around.x - marginM), Math.floor(around.y - marginM - titleM)]
  const smallest = 20
  return {
    x,
    y,
    w: Math.max(smallest, Math.ceil(around.x + around.w + marginM) - x),
    h: Math.max(smallest, Math.ceil(around.y + around.h + marginM) - y),
  }
}

const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
const moved = ({ x, y, w, h }: Box, by: { x: number; y: number }): Box => ({ x: x + by.x, y: y + by.y, w, h })

function movedBay(bay: Bay, by: { x: number; y: number }): Bay {
  if (by.x === 0 && by.y === 0) return bay
  const at = (point: { x: number; y: number }) => ({ x: millimetres(point.x + by.x), y: millimetres(point.y + by.y) })
  return { ...bay, ...at(bay), ...(bay.polygon ? { polygon: bay.polygon.map(at) } : {}) }
}

/** New sites keep their distances where they fit into one view. */
function areFarApart(made: readonly SiteDraft[], sizes: Layout): boolean {
  const boxes = made.flatMap(({ levels }) => [...levels.values()].map((draft) => roomOf(draft, sizes)))
  const all = boxOf(
    boxes.flatMap(({ x, y, w, h }) => [
      { x, y },
      { x: x + w, y: y + h },
    ]),
  )
  return all !== undefined && Math.max(all.w, all.h) > togetherM
}

/** Below everything that is there, where the site would lie over it or far away from it. */
function shiftOf(boxes: readonly Box[], taken: readonly Box[], isFar: boolean): { x: number; y: number } {
  const box = boxOf(
    boxes.flatMap(({ x, y, w, h }) => [
      { x, y },
      { x: x + w, y: y + h },
    ]),
  )
  if (!box || taken.length === 0 || (!isFar && !boxes.some((each) => taken.some((other) => overlap(each, other)))))
    return { x: 0, y: 0 }
  const bottom = Math.max(...taken.map(({ y, h }) => y + h))
  return { x: Math.round(Math.min(...taken.map(({ x }) => x)) - box.x), y: Math.round(bottom + 2 * gapM - box.y) }
}
