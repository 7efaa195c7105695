/** Frames that no device sends: cut, of another encoding, of a device without a name. Each must end as a dead letter, and stop nothing. */
import type { Random } from '../random.ts'

const forms: readonly ((random: Random) => string)[] = [
  () => '{"device":"noise","occupied":tr',
  () => '{"occupied":true,"seq":4}',
  (random) => `device=noise occupied=perhaps seq=${Math.floor(random() * 1e6)}`,
  (random) => `noise ${Math.floor(random() * 1e9).toString(36)} \u00a4\u00a4`,
  () => '{"device":"noise","occupied":"maybe","distance_mm":-4}',
]

export const noiseLine = (random: Random): string =>
  (forms[Math.floor(random() * forms.length)] as (r: Random) => string)(random)
/** A webhook of no known network server. */
export const noiseWebhook = (random: Random): string => JSON.stringify({ unknown: Math.floor(random() * 1e9) })
