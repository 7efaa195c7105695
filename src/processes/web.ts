/** The web process: API, stream and pages. It reads the store and never stands between a sensor and the journal. */
import path from 'node:path'
import { createApi } from '../api/server.ts'
import type { SystemStatus } from '../api/status.ts'
import { createAuditor } from '../audit/auditor.ts'
import { systemStatus } from '../audit/system-status.ts'
import { openKeyring } from '../auth/keyring.ts'
import { storeUrl } from '../config/store-url.ts'
import { systemClock } from '../lib/clock.ts'
import { aborted } from '../sources/listener.ts'
import { runChild } from './child.ts'
import { lateStore } from './late-store.ts'
import type { ToChild } from './messages.ts'
import { createPublisher } from './publisher.ts'

/** How long the first page may wait for the store. */
const storeMsMax = 1_500

await runChild(async (child) => {
  const { settings, log, signal } = child
  using keyring = await openKeyring(settings.dataDir, process.env, {
    onProblem: (error) => log.error('the key file is damaged; the keys known before stay valid', { error }),
  })
  const url = storeUrl(settings.config, settings.demo?.dir ?? settings.dataDir)
  const { store, opened } = lateStore(url, { log, clock: systemClock, signal })
  await using _released = store
  await firstOf(opened)
  let figures: Extract<ToChild, { type: 'figures' }> = {
    type: 'figures',
    intake: undefined,
    processor: undefined,
    alive: [],
    forecaster: { state: 'starting', detail: 'The forecasts have not begun.' },
  }
  let figuresAt = performance.now()
  const heard = new Set<(issued: { site: string; issued: string }) => void>()
  child.onMessage((message) => {
    if (message.type === 'figures') {
      figures = message
      figuresAt = performance.now()
    }
    if (message.type === 'issued')
      for (const hear of heard) hear({ site: message.site, issued: new Date(message.issued).toISOString() })
  })
  const status = (): SystemStatus =>
    systemStatus(settings, { ...figures, ageMs: performance.now() - figuresAt }, systemClock.now())
  using auditor = createAuditor({ dataDir: settings.demo?.dir ?? settings.dataDir, storeUrl: url })
  const app = await createApi({
    store,
    publisher: createPublisher(child),
    auditor,
    keyring,
    status,
    clock: systemClock,
    log,
    simulated: () => settings.demo !== undefined,
    // The address people were told to use is a name of this server.
    hosts: [...settings.config.hosts, settings.config.host],
    trustedProxies: settings.config.trustedProxies,
    distDir: path.join(import.meta.dirname, '../../web/dist'),
    promiseMs: settings.config.promiseHours * 3_600_000,
    urls: settings.urls,
    forecasts: { state: () => figures.forecaster, listen: (hear) => void heard.add(hear) },
  })
  await app.ready()
  await new Promise<void>((resolve, reject) => {
    app.server.once('error', reject)
    app.server.listen({ fd: settings.listeners.web as number }, resolve)
  })
  child.send({ type: 'ready' })
  await aborted(signal)
  app.server.closeAllConnections()
  await app.close()
})

/** A database that answers is waited for, so that the first page is not empty; one that is away is not; a refusal ends the process. */
async function firstOf(opened: Promise<unknown>) {
  await Promise.race([opened, systemClock.sleep(storeMsMax)])
}
