/**
 * The harbour of the demo city: a yard with slanted rows whose gates count too, and a promenade where vehicles stand along a winding kerb. It has
 * the rules and the faults that a car park with square rows does not show.
 */
import type { Bay, DeviceFacts, Gate, Level, Site } from '../domain/layout.ts'
import { bayH, bayW } from './plate.ts'

export const harbourId = 'harbour'
/** Levels of the site, by their indexes. */
export const yard = 0
export const promenade = 1
export const countZone = { level: 'yard', zone: 'yard-gates' }
export const yardGates = ['GATE-YARD-N', 'GATE-YARD-S'] as const
/** A second sensor over one bay of the yard. */
export const cameraId = 'CAM-YARD-1'

const yardRows = 3
const yardColumns = 14
const yardBays = yardRows * yardColumns
/** Degrees that the bays of the yard are turned out of the right angle. */
const slant = 30
const aisleH = 5.5
const margin = 6

const kerbSide = 24
const kerbBays = 2 * kerbSide
/** Parallel to the kerb: longer than it is wide. */
const kerbW = 6
const kerbH = 2.2
/** From the first corner of one to that of the next along the middle of the street. */
const kerbStep = 6.7
/** From the middle of the street to the middle of a bay. */
const kerbOffset = 4.6
const bendM = 8
const bendLengthM = kerbSide * kerbStep

const loadingShare = 4
const loadingRule = { maxStayMin: 5, graceMin: 1 }

export const harbourBays = yardBays + kerbBays
/** A smaller city has no harbour. */
export const harbourCityMin = 400

interface HarbourPlan {
  readonly zone: string
  readonly x: number
  readonly y: number
  deviceOf(index: number): string
}

export function harbourSite({ zone, x, y, deviceOf }: HarbourPlan): Site {
  const first = yardLevel(x, y, deviceOf)
  const second = promenadeLevel(x + first.w + 8, y, (i) => deviceOf(yardBays + i))
  const gate = (device: string, name: string): Gate => ({ id: device, name, devices: [device], into: countZone })
  return {
    ...{ id: harbourId, name: 'Harbour', zone, levels: [first, second] },
    gates: [gate(yardGates[0], 'North gate'), gate(yardGates[1], 'South gate')],
    stayRules: [{ types: ['loading'], ...loadingRule }, { maxStayMin: 240 }],
  }
}

export const harbourDevices: readonly DeviceFacts[] = yardGates.map((device) => ({ device, heartbeatS: 60 }))

function yardLevel(x: number, y: number, deviceOf: (index: number) => string): Level {
  const turn = (slant * Math.PI) / 180
  const step = bayW / Math.cos(turn)
  const rowH = bayH * Math.cos(turn) + bayW * Math.sin(turn)
  const bays = Array.from({ length: yardBays }, (_, i): Bay => {
    const [row, column] = [Math.floor(i / yardColumns), i % yardColumns]
    const centreX = x + margin + bayH / 2 + column * step
    const centreY = y + margin + rowH / 2 + row * (rowH + aisleH)
    return {
      id: `YARD-${String(i + 1).padStart(3, '0')}`,
      types: [column === 0 ? 'disabled' : 'standard'],
      zones: [countZone.zone],
      ...{ x: cm(centreX - bayW / 2), y: cm(centreY - bayH / 2), angle: row % 2 === 0 ? slant : -slant },
      devices: i === disputedBay ? [deviceOf(i), cameraId] : [deviceOf(i)],
    }
  })
  const w = cm(2 * margin + bayH + (yardColumns - 1) * step)
  const h = cm(2 * margin + yardRows * rowH + (yardRows - 1) * aisleH)
  const zones = [{ id: countZone.zone, name: 'Yard, by its gates', countCapacity: yardBays }]
  return { id: 'yard', name: 'Yard', x, y, w, h, zones, bays }
}

/** Bays along a sine, each turned as the kerb runs there. */
function promenadeLevel(x: number, y: number, deviceOf: (index: number) => string): Level {
  const middle = y + margin + bendM + kerbOffset + kerbH
  const bays = Array.from({ length: kerbBays }, (_, i): Bay => {
    const side = i < kerbSide ? -1 : 1
    const along = (0.5 + (i % kerbSide)) * kerbStep
    const phase = (2 * Math.PI * along) / bendLengthM
    const slope = (bendM * 2 * Math.PI * Math.cos(phase)) / bendLengthM
    const length = Math.hypot(1, slope)
    const centreX = x + margin + along - (side * kerbOffset * slope) / length
    const centreY = middle + bendM * Math.sin(phase) + (side * kerbOffset) / length
    const isLoading = i % kerbSide < loadingShare
    return {
      id: `PROM-${String(i + 1).padStart(3, '0')}`,
      types: [isLoading ? 'loading' : i % kerbSide === kerbSide - 1 ? 'motorcycle' : 'standard'],
      zones: isLoading ? ['loading'] : [],
      ...{ x: cm(centreX - kerbW / 2), y: cm(centreY - kerbH / 2), w: kerbW, h: kerbH },
      angle: Math.round((1_800 * Math.atan(slope)) / Math.PI) / 10,
      devices: [deviceOf(i)],
    }
  })
  const w = cm(2 * margin + bendLengthM)
  const h = cm(2 * (margin + bendM + kerbOffset + kerbH))
  return { id: 'promenade', name: 'Promenade', x, y, w, h, zones: [{ id: 'loading', name: 'Loading' }], bays }
}

const cm = (metres: number) => Math.round(100 * metres) / 100

/** Places of the yard that the script of the city uses (city-script.ts). */
export const disputedBay = 2 * yardColumns + 3
export const stuckBay = 2 * yardColumns + 5
export const flappingBay = 2 * yardColumns + 7
export const dyingBays = [2 * yardColumns + 9, 2 * yardColumns + 11] as const
/** A row of the yard. */
export const festivalBays = Array.from({ length: yardColumns }, (_, i) => i)
/** Of the promenade. */
export const overstayBays = [0, 1, kerbSide + 2] as const
