/**
 * A token may be limited to devices. All its frames are journaled; here one that speaks for another device becomes a dead
 * letter, so that nothing is lost where the limit was set too narrow.
 */
import { normalHardwareId } from '../domain/hardware-id.ts'
import type { Reading, Rejection } from '../domain/reading.ts'
import { fail, type Result } from '../lib/result.ts'

type Decoded = Result<readonly Reading[], Rejection>

/** `meta`: of the uplink; `devices` holds ids, those that end with `*` stand for all that begin so. */
export function withinDevices(decoded: Decoded, meta: Readonly<Record<string, string>>): Decoded {
  const { devices } = meta
  if (devices === undefined || !decoded.ok) return decoded
  const allowed = devices.split(',')
  const foreign = decoded.value.find(({ device }) => !allowed.some((pattern) => covers(pattern, device)))
  if (!foreign) return decoded
  return fail({
    code: 'foreign-device',
    detail: `the token of the sender is for the devices ${devices}, and the message speaks for ${foreign.device}`,
  })
}

/** A shorter beginning may be one of a name that someone chose: `A-*` stands for no hardware id. */
const hardwareBegin = /^[0-9A-F]{8,16}$/

function covers(pattern: string, device: string): boolean {
  if (!pattern.endsWith('*')) return normalHardwareId(pattern) === normalHardwareId(device)
  const begin = pattern.slice(0, -1)
  if (device.startsWith(begin)) return true
  // A hardware id is the same in every spelling; a name that someone chose is not.
  const normal = normalHardwareId(device)
  if (!/^[0-9A-F]{16}$/.test(normal)) return false
  const written = begin.toUpperCase()
  const plain = written.replace(/[:\-. ]/g, '')
  return normal.startsWith(hardwareBegin.test(plain) ? plain : written)
}
