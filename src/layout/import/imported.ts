/** What an import has read, before it becomes a layout (assemble.ts): bays with their fields, and what is wrong with the file. */
import type { Bay, Point } from '../../domain/layout.ts'

export interface ImportFinding {
  /** A file with a fault is refused as a whole. */
  readonly severity: 'fault' | 'warning'
  /** Where in the file: `line 7`, `feature 3`, `way 4711`. */
  readonly where: string
  /** What is wrong, and what to do. */
  readonly message: string
}

/** Degrees, WGS 84. */
export interface LonLat {
  readonly lon: number
  readonly lat: number
}

/** Where a bay is: in metres of the plan, or on the earth. */
export type Outline =
  | { readonly in: 'plan'; readonly corners: readonly Point[] }
  /** `isOurs`: from the upper left corner, clockwise, as we write them. */
  | { readonly in: 'earth'; readonly corners: readonly LonLat[]; readonly isOurs?: boolean }
  /** The upper left corner before it is turned, as in a layout. */
  | { readonly in: 'plan'; readonly corner: Point }
  /** The centre. */
  | { readonly in: 'earth'; readonly centre: LonLat }

/** Fields that the file does not name are absent: an update leaves them as they are. */
export interface ImportedBay extends Partial<Omit<Bay, 'id' | 'x' | 'y' | 'polygon'>> {
  readonly where: string
  readonly id: string
  readonly site?: string
  readonly level?: string
  /** Absent: a bay that is there already stays where it is. */
  readonly outline?: Outline
}

/** A site of the file, with what it has beside bays. */
export interface ImportedSite {
  readonly id: string
  readonly name?: string
  /** Vehicles by zone, where no single bays are known. */
  readonly counted?: readonly {
    readonly level?: string
    readonly zone: string
    readonly name: string
    readonly capacity: number
  }[]
  /** Its outline; where there are no bays it is what is drawn. */
  readonly outline?: readonly LonLat[]
}

export interface Imported {
  readonly bays: readonly ImportedBay[]
  readonly sites: readonly ImportedSite[]
  readonly findings: readonly ImportFinding[]
  /** A bay without a type may be a standard one, or one whose type was not written down: which bays keep another type is reported. */
  readonly isTypeOptional?: boolean
}

/** Of one kind and sentence; more are counted. */
const findingsPerKindMax = 20

export interface ImportNotes {
  fault(where: string, message: string): void
  warn(where: string, message: string): void
  list(): readonly ImportFinding[]
}

/** Findings, each kind bounded. `kind` is the message without its numbers and names. */
export function importNotes(): ImportNotes {
  const found: ImportFinding[] = []
  const counts = new Map<string, number>()
  const add = (severity: ImportFinding['severity'], where: string, message: string) => {
    const kind = `${severity} ${message.replaceAll(/"[^"]*"|[\d.]+/g, '')}`
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    if (count <= findingsPerKindMax) found.push({ severity, where, message })
  }
  return {
    fault: (where, message) => add('fault', where, message),
    warn: (where, message) => add('warning', where, message),
    list() {
      const more = [...counts.values()].reduce((sum, count) => sum + Math.max(0, count - findingsPerKindMax), 0)
      if (more === 0) return found
      return [
        ...found,
        { severity: 'warning', where: 'the file', message: `${more} more findings of these kinds are not listed` },
      ]
    },
  }
}
