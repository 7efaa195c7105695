/** Finds bays and levels by the typed text: names that begin with it first, then those that contain it. Pure. */
import type { Floor } from '../../plan/floor.ts'

export type FoundPlace =
  | { readonly of: 'bay'; readonly index: number; readonly name: string; readonly where: string }
  | { readonly of: 'level'; readonly index: number; readonly name: string }

const foundMax = 8

export function findPlaces(floor: Floor, asked: string): readonly FoundPlace[] {
  const text = asked.trim().toLowerCase()
  if (text === '') return []
  const begins: FoundPlace[] = []
  const contains: FoundPlace[] = []
  const sort = (place: FoundPlace) => {
    const at = place.name.toLowerCase().indexOf(text)
    if (at === 0) begins.push(place)
    else if (at > 0) contains.push(place)
  }
  for (const [index, { name }] of floor.plates.entries()) sort({ of: 'level', index, name })
  for (let index = 0; index < floor.size && begins.length < foundMax; index++) {
    const name = floor.ids[index] as string
    if (contains.length >= foundMax && !name.toLowerCase().startsWith(text)) continue
    sort({ of: 'bay', index, name, where: floor.plates[floor.plateOf[index] as number]?.name ?? '' })
  }
  const shortFirst = (a: FoundPlace, b: FoundPlace) => a.name.length - b.name.length
  return [...begins.sort(shortFirst), ...contains].slice(0, foundMax)
}
