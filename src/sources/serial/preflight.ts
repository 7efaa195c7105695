/** Whether a serial port is there, and what its driver has lost. */
import { existsSync } from 'node:fs'
import type { Finding } from '../../lib/finding.ts'
import { driverCounters } from './driver-counters.ts'
import { findDevice } from './find-device.ts'

export async function portFindings(wanted: string): Promise<Finding[]> {
  // A device that is not found is the finding below.
  const device = await findDevice(wanted).catch(() => undefined)
  if (device === undefined)
    return [
      {
        level: 'warning',
        what: `serial ${wanted} is not there`,
        fix: 'plug it in; it is opened when it appears. ls -l /dev/serial/by-id shows stable names',
      },
    ]
  const counters = existsSync(device) ? await driverCounters(device) : undefined
  const lost = counters
    ? `its driver has lost ${counters.overruns + counters.bufferOverruns} characters since it was loaded`
    : 'overrun counters: not available'
  return [{ level: 'ok', what: `serial ${wanted}; ${lost}` }]
}
