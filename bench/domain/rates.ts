/** 50,000 sensors beside 2,000: how fast the whole pipeline works off the same flood, and what all processes of the server hold meanwhile. */
import type { Place } from '../limits/place.ts'
import { openServerUnderLoad } from '../limits/server-under-load.ts'

export interface RateResult {
  readonly sensors: number
  readonly events_per_s: number
  readonly pss_mb: number
  readonly lost: number
}

/** Flooded for the first of them, so that code is compiled and every device is known, then for the second. */
export async function measureRate(
  place: Place,
  sensors: number,
  seconds: readonly [number, number],
): Promise<RateResult> {
  await using loaded = await openServerUnderLoad(place, ['http'])
  const load = await loaded.load('http', sensors)
  const warm = await load.ask({ kind: 'flood', seconds: seconds[0] })
  await loaded.drained(warm.sent)
  const began = performance.now()
  const { sent } = await load.ask({ kind: 'flood', seconds: seconds[1] })
  await loaded.drained(warm.sent + sent)
  const tookS = (performance.now() - began) / 1_000
  const pss = loaded.pssMb()
  const { stored } = await loaded.count()
  return { sensors, events_per_s: Math.round(sent / tookS), pss_mb: Math.round(pss), lost: warm.sent + sent - stored }
}
