/** Where bays and levels are and which form they have. */
import { bayCentre, bayOutline } from '../bay-shape.ts'
import { type Bay, type Layout, type Level, type Point, plainBay, type Site } from '../layout.ts'
import { areaOf, crossesItself } from '../polygon.ts'
import type { FindingList, LayoutPath } from './finding.ts'
import { findOverlaps } from './overlaps.ts'

/** A drawing may be this far off before a bay that reaches out of its level is reported, metres. */
const beyondMax = 1
const areaMin = 1
const areaMax = 200

export function checkShapes(layout: Layout, list: FindingList): void {
  for (const [s, site] of layout.sites.entries())
    for (const [l, level] of site.levels.entries()) {
      const at = ['sites', s, 'levels', l]
      const sound = level.bays.map((bay, b) => {
        const path = [...at, 'bays', b]
        const isSound = checkBay(bay, layout, path, list)
        if (isSound) checkPlace(bay, { layout, level, site }, path, list)
        return isSound
      })
      checkOverlaps({ ...level, bays: level.bays.filter((_, b) => sound[b]) }, level, site, layout, at, list)
    }
  checkPlates(layout, list)
}

/** False: its outline cannot be worked with. */
function checkBay(bay: Bay, layout: Layout, path: LayoutPath, list: FindingList): boolean {
  const wrong = faultOf(bay, layout)
  if (wrong !== undefined) {
    list.add('bad-shape', path, [bay.id], `bay ${bay.id} ${wrong}`)
    return false
  }
  const area = areaOf(bayOutline(bay, layout))
  if (area < areaMin || area > areaMax)
    list.add(
      'unusual-size',
      path,
      [bay.id],
      `bay ${bay.id} covers ${rounded(area)} m²: lengths are metres in the plan, so correct its size unless it is meant so`,
    )
  if (bay.polygon && bay.angle !== undefined && bay.angle !== 0)
    list.add(
      'ignored-angle',
      [...path, 'angle'],
      [bay.id],
      `bay ${bay.id} has an outline and an angle of ${bay.angle}°, which is not used: leave the angle out, or turn the outline`,
    )
  return true
}

const anglesMax = 360

function faultOf({ x, y, w, h, angle, polygon }: Bay, { bayW, bayH }: Layout): string | undefined {
  if (angle !== undefined && !(Math.abs(angle) <= anglesMax))
    return `has an angle of ${angle}°: give degrees clockwise from -${anglesMax} to ${anglesMax}`
  const numbers = [x, y, w ?? bayW, h ?? bayH, ...(polygon ?? []).flatMap((corner) => [corner.x, corner.y])]
  if (!numbers.every(Number.isFinite)) return 'has a place or size that is no number: give metres in the plan'
  if ((w ?? bayW) <= 0 || (h ?? bayH) <= 0) return 'has no width or no length: give metres above 0'
  if (!polygon) return undefined
  if (polygon.length < 3) return `has an outline of ${polygon.length} corners: give at least 3`
  const repeated = polygon.findIndex((corner, i) => isSame(corner, polygon[(i + 1) % polygon.length] as Point))
  if (repeated >= 0)
    return `has corner ${repeated + 1} of its outline twice: leave the repetition out (the outline is closed without it)`
  if (crossesItself(polygon))
    return 'has an outline that crosses or touches itself: give its corners in the order in which one walks around it'
  return areaOf(polygon) > 0 ? undefined : 'has an outline without an area: give corners that do not lie on one line'
}

const isSame = (a: Point, b: Point) => a.x === b.x && a.y === b.y

interface Place {
  readonly layout: Layout
  readonly level: Level
  readonly site: Site
}

function checkPlace(bay: Bay, { layout, level, site }: Place, path: LayoutPath, list: FindingList): void {
  const centre = bayCentre(bay, layout)
  const of = `bay ${bay.id} of level ${level.id} (site ${site.id})`
  const outline = `(x ${rounded(level.x)} to ${rounded(level.x + level.w)}, y ${rounded(level.y)} to ${rounded(level.y + level.h)})`
  if (beyond(level, centre) > 0) {
    list.add(
      'outside-level',
      path,
      [bay.id],
      `${of} has its centre at x ${rounded(centre.x)}, y ${rounded(centre.y)}, outside the outline of the level ${outline}: correct the bay's x and y, which are metres in the plan of all levels, or the level's outline`,
    )
    return
  }
  const furthest = Math.max(...bayOutline(bay, layout).map((corner) => beyond(level, corner)))
  if (furthest > beyondMax)
    list.add(
      'over-the-edge',
      path,
      [bay.id],
      `${of} reaches ${rounded(furthest)} m beyond the outline of the level ${outline}: move the bay, or enlarge the level`,
    )
}

/** Metres by which a point lies outside the level. */
const beyond = ({ x, y, w, h }: Level, at: Point) => Math.max(0, x - at.x, at.x - x - w, y - at.y, at.y - y - h)

function checkOverlaps(
  { bays }: Pick<Level, 'bays'>,
  level: Level,
  site: Site,
  layout: Layout,
  at: LayoutPath,
  list: FindingList,
): void {
  const indexes = new Map(level.bays.map((bay, b) => [bay, b]))
  const { isComplete } = findOverlaps(bays, layout, ({ first, second, share }) => {
    const [one, other] = [bays[first] as Bay, bays[second] as Bay]
    list.add(
      'bays-overlap',
      [...at, 'bays', indexes.get(other) as number],
      [other.id, one.id],
      `bay ${other.id} of level ${level.id} (site ${site.id}) lies on bay ${one.id}: ${Math.round(share * 100)} % of the smaller one is shared; move one of them, or correct its size or angle`,
    )
  })
  if (!isComplete)
    list.add(
      'bays-overlap',
      at,
      [level.id],
      `level ${level.id} (site ${site.id}) has too many bays in one place to compare them: spread them out`,
    )
}

/** Plates are compared as bays are: one may stand over another by a tenth of the smaller one. */
function checkPlates(layout: Layout, list: FindingList): void {
  const plates = layout.sites.flatMap((site, s) =>
    site.levels.map((level, l) => ({ level, site, path: ['sites', s, 'levels', l] })),
  )
  const rectangles = plates.map(({ level: { id, x, y, w, h } }) => plainBay(id, { x, y }, { w, h }))
  findOverlaps(rectangles, layout, ({ first, second }) => {
    const [one, other] = [plates[first] as (typeof plates)[number], plates[second] as (typeof plates)[number]]
    list.add(
      'levels-overlap',
      other.path,
      [other.level.id, one.level.id],
      `level ${other.level.id} (site ${other.site.id}) is drawn over level ${one.level.id} (site ${one.site.id}): levels lie side by side in the plan, so move one of them with its bays`,
    )
  })
}

export const rounded = (n: number): number => Math.round(n * 10) / 10
