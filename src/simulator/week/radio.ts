/**
 * Between the gateways of the city and the server: which source a frame comes by, and what is planted on the way: frames that are lost, garbled
 * or stamped by a wrong clock.
 */
export interface Radio {
  /** Text of the frames of each source, in the order in which they arrive. */
  carry(lines: readonly string[]): ReadonlyMap<string, readonly string[]>
  /** So many of the next frames of the old town are lost. */
  lose(frames: number): void
  /** A frame that cannot be decoded comes by the source, beside the others. */
  garble(source: string): void
  /** The clock of the device is ahead by so much from now on; 0: it is right. */
  skew(device: string, ms: number): void
  /** Frames that were lost so far. */
  readonly lost: number
}

export const citySource = 'city'
/** Of one car park. */
export const hospitalSource = 'hospital'
const hospitalGateway = '"gateway":"GW-HOSP'
const lossyGateway = '"gateway":"GW-OLD'

export const sourceOfGateway = (gateway: string): string =>
  gateway.startsWith('GW-HOSP') ? hospitalSource : citySource

const deviceIn = /^\{"device":"([^"]+)"/
const timeIn = /"time":"([^"]+)"/

export function createRadio(): Radio {
  const garbled: string[] = []
  const ahead = new Map<string, number>()
  let losing = 0
  let lost = 0
  let lastLost = ''

  function isLost(line: string): boolean {
    // What a gateway sends twice is lost twice.
    if (line === lastLost) return true
    if (losing === 0 || !line.includes(lossyGateway)) return false
    losing--
    lost++
    lastLost = line
    return true
  }

  function stamped(line: string): string {
    const ms = ahead.get(deviceIn.exec(line)?.[1] ?? '') ?? 0
    return ms === 0
      ? line
      : line.replace(timeIn, (_, time) => `"time":"${new Date(Date.parse(time) + ms).toISOString()}"`)
  }

  return {
    carry(lines) {
      const bySource = new Map<string, string[]>()
      const put = (source: string, line: string) => bySource.getOrInsertComputed(source, () => []).push(line)
      for (const source of garbled.splice(0)) put(source, '{"device":"70B3D57ED00~')
      for (const line of lines) {
        const source = line.includes(hospitalGateway) ? hospitalSource : citySource
        if (!isLost(line)) put(source, ahead.size === 0 ? line : stamped(line))
      }
      return bySource
    },
    lose(frames) {
      losing += frames
    },
    garble: (source) => void garbled.push(source),
    skew(device, ms) {
      if (ms === 0) ahead.delete(device)
      else ahead.set(device, ms)
    },
    get lost() {
      return lost
    },
  }
}
