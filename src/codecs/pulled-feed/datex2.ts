/**
 * DATEX II v2, parking extension: the states of single spaces of a ParkingStatusPublication. Elements are found by their local names; a document type is
 * refused, so no entity can grow.
 */
import { fail, ok, type Result } from '../../lib/result.ts'

export interface SpaceState {
  readonly parking: string
  readonly space: string
  readonly occupied: string | undefined
  /** Of the parking, else of the publication. */
  readonly time: string | undefined
}

interface Open {
  readonly name: string
  readonly attributes: string
  readonly textFrom: number
}

const tag = /<(\/?)([\w.-]+:)?([\w.-]+)([^<>"']*(?:"[^"<]*"[^<>"']*|'[^'<]*'[^<>"']*)*)>/g

/** The status of one parking, in the two forms of such publications. */
const statusNames: ReadonlySet<string> = new Set(['parkingStatus', 'parkingRecordStatus'])

export function spacesIn(xml: string): Result<readonly SpaceState[], string> {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) return fail('a document type is not read')
  const text = xml.replace(/<!--[\s\S]*?-->/g, '')
  const stack: Open[] = []
  const spaces: SpaceState[] = []
  let [published, parking, parkingTime]: (string | undefined)[] = []
  let space: { index: string | undefined; occupied: string | undefined } | undefined
  let sawStatus = false
  for (const match of text.matchAll(tag)) {
    const [whole, closing, , name = '', attributes = ''] = match
    const end = (match.index as number) + whole.length
    if (closing === '') {
      if (statusNames.has(name)) [parking, parkingTime, sawStatus] = [undefined, undefined, true]
      if (name === 'parkingReference' || name === 'parkingRecordReference') parking = attribute(attributes, 'id')
      const index = attribute(attributes, 'parkingSpaceIndex')
      if (name === 'parkingSpaceStatus' && index !== undefined) space = { index, occupied: undefined }
      if (!attributes.endsWith('/')) stack.push({ name, attributes, textFrom: end })
      continue
    }
    const open = stack.pop()
    if (open?.name !== name) return fail(`</${name}> closes another element: the body may be cut off`)
    const inner = text.slice(open.textFrom, match.index).trim()
    if (name === 'publicationTime') published = inner
    if (name === 'parkingStatusOriginTime') parkingTime = inner
    if (name === 'parkingSpaceOccupied' && space) space.occupied = inner
    if (name === 'parkingSpaceStatus' && attribute(open.attributes, 'parkingSpaceIndex') !== undefined && space) {
      if (parking === undefined) return fail('a space has no parking that it belongs to')
      spaces.push({ parking, space: space.index as string, occupied: space.occupied, time: parkingTime ?? published })
      space = undefined
    }
  }
  if (stack.length > 0) return fail(`<${stack.at(-1)?.name}> is never closed: the body may be cut off`)
  return sawStatus ? ok(spaces) : fail('it is no ParkingStatusPublication')
}

const attribute = (text: string, name: string): string | undefined =>
  new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)
    .exec(text)
    ?.slice(1)
    .find((each) => each !== undefined)
