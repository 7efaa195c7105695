/** What lines of bay and device would do to the layout as it is. Pure. */
import { readDeviceLabel } from '@baykeeper/contract/device-label.ts'
import type { LineFault, ReadLine } from './bay-lines.ts'

export interface PreviewLine extends Omit<ReadLine, 'fault'> {
  readonly fault?: LineFault | 'no-such-bay'
  /** The device that is assigned to the bay now. */
  readonly replaces?: string
}

/** Devices that the layout assigns to each bay, heard or not. */
export type BayDevices = ReadonlyMap<string, readonly string[]>

interface LayoutBay {
  readonly id: string
  readonly device?: string | undefined
  readonly devices?: readonly string[] | undefined
}

interface LayoutBays {
  readonly sites: readonly { readonly levels: readonly { readonly bays: readonly LayoutBay[] }[] }[]
}

export function bayDevicesOf({ sites }: LayoutBays): BayDevices {
  const bays = sites.flatMap(({ levels }) => levels.flatMap((level) => level.bays))
  return new Map(
    bays.map(({ id, device, devices = [] }) => [id, device === undefined ? devices : [device, ...devices]]),
  )
}

export function previewOf(lines: readonly ReadLine[], bays: BayDevices): PreviewLine[] {
  return lines.map((line): PreviewLine => {
    const { bay, device = '', fault } = line
    if (fault !== undefined || bay === undefined) return line
    if (bays.size > 0 && !bays.has(bay)) return { ...line, fault: 'no-such-bay' }
    const there = bays.get(bay) ?? []
    const [first] = there
    return first === undefined || there.map(normalId).includes(normalId(device)) ? line : { ...line, replaces: first }
  })
}

export const isSamePreview = (one: readonly PreviewLine[], other: readonly PreviewLine[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** A layout may hold a hardware id in any spelling. */
function normalId(device: string): string {
  const read = readDeviceLabel(device)
  return read.ok ? read.label.device : device
}
