/** The web process: API, stream and pages. It reads the store and never stands between a sensor and the journal. */
import path from 'node:path'
import { createApi } from './api/server.ts'
import type { SystemStatus } from './api/status.ts'
import { type Child, runChild } from './child.ts'
import { systemClock } from './lib/clock.ts'
import { openKeyring } from './lib/keyring.ts'
import { retryDelayMs } from './lib/retry.ts'
import type { ToChild } from './messages.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { storeUrl } from './store-url.ts'
import { systemStatus } from './system-status.ts'

await runChild(async (child) => {
  const { settings, log, signal } = child
  using keyring = await openKeyring(settings.dataDir)
  await using store = await reachStore(child)
  let figures: Extract<ToChild, { type: 'figures' }> = {
    type: 'figures',
    intake: undefined,
    processor: undefined,
    alive: [],
  }
  child.onMessage((message) => {
    if (message.type === 'figures') figures = message
  })
  const status = (): SystemStatus => systemStatus(settings, figures, systemClock.now())
  const app = await createApi({
    store,
    keyring,
    status,
    clock: systemClock,
    log,
    simulated: () => settings.demo !== undefined,
    hosts: settings.config.hosts,
    distDir: path.join(import.meta.dirname, '../web/dist'),
    promiseMs: settings.config.promiseHours * 3_600_000,
    urls: settings.urls,
  })
  await app.ready()
  await new Promise<void>((resolve, reject) => {
    app.server.once('error', reject)
    app.server.listen({ fd: settings.listeners.web as number }, resolve)
  })
  child.send({ type: 'ready' })
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  app.server.closeAllConnections()
  await app.close()
})

/** The pages need a store that exists; the processor migrates it, so this waits for both. */
async function reachStore({ settings, log, signal }: Child): Promise<Store> {
  for (let attempt = 0; ; attempt++) {
    try {
      const store = await openStore(storeUrl(settings.config, settings.demo?.dir ?? settings.dataDir), {
        log,
        clock: systemClock,
      })
      await store.migrate()
      return store
    } catch (fault) {
      const kind = (fault as { fault?: string }).fault
      if (kind === 'config' || kind === 'newer') throw fault
      await systemClock.sleep(retryDelayMs(attempt), signal)
    }
  }
}
