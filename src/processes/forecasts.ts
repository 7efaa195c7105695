/**
 * The forecasts' process: follows the history and keeps forecasts of it, by asking the forecaster, which is a separate process below this one.
 * It may be missing, fall or hang; nothing else waits for it.
 */

import { systemStatus } from '../audit/system-status.ts'
import { storeUrl } from '../config/store-url.ts'
import { runForecasts } from '../forecast/forecasting.ts'
import { lowerPriority } from '../forecast/process-priority.ts'
import { forecastDir } from '../forecast/weights.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { holidaysOfYears } from '../simulator/demand.ts'
import { runChild } from './child.ts'
import { reachStore } from './late-store.ts'
import type { ToChild } from './messages.ts'

/** Below what takes readings and shows pages. */
const niceness = 5
/** Readings are committed within a tenth of this when nothing presses. */
const lagMsMax = 750

await runChild(async (child) => {
  const { settings, log, signal } = child
  const { config, demo } = settings
  lowerPriority(process.pid, niceness)
  let figures: Extract<ToChild, { type: 'figures' }> | undefined
  child.onMessage((message) => {
    if (message.type === 'figures') figures = message
  })
  child.send({ type: 'ready' })
  const dataDir = demo?.dir ?? settings.dataDir
  await using store = await reachStore(storeUrl(config, dataDir), { log, clock: systemClock, signal })
  const year = new Date().getUTCFullYear()
  const pipeline = () => {
    const now = systemClock.now()
    if (!figures) return { depth: 0, lagMs: 0 }
    const { pendingFrames = 0, lagMs = 0 } = systemStatus(settings, figures, now)
    return { depth: Math.max(0, pendingFrames), lagMs }
  }
  await runForecasts({
    ...{ store, dir: forecastDir(dataDir), log, clock: systemClock, signal },
    promiseMs: config.promiseHours * 3_600_000,
    plans: demo ? { ...config.forecast, holidays: holidaysOfYears(year - 1, year + 1) } : config.forecast,
    nightHour: config.forecast.nightHour,
    trainingSteps: config.forecast.trainingSteps,
    pipeline,
    isPressed() {
      const { depth, lagMs } = pipeline()
      return depth > 0 && lagMs > lagMsMax
    },
    onState: (state) => child.send({ type: 'forecaster', ...state }),
    onIssued: (site, issued) => child.send({ type: 'issued', site, issued: instant(issued) }),
    onScored: (misses) => child.send({ type: 'forecast-misses', misses: Object.fromEntries(misses) }),
    onPids: (pids) => child.send({ type: 'forecast-pids', ...pids }),
  })
})
