/** The web process: API, stream and pages. It reads the store and never stands between a sensor and the journal. */
import path from 'node:path'
import type { Publisher } from '../api/context.ts'
import { createApi } from '../api/server.ts'
import type { SystemStatus } from '../api/status.ts'
import { openAuditLog } from '../audit/audit-log.ts'
import { createAuditor } from '../audit/auditor.ts'
import { systemStatus } from '../audit/system-status.ts'
import type { NotedEvent } from '../auth/access-events.ts'
import { type Accounts, openAccounts } from '../auth/accounts.ts'
import { openKeyring } from '../auth/keyring.ts'
import { createOidcProvider } from '../auth/oidc/provider.ts'
import { decoderNames, previewUplink } from '../codecs/lorawan/preview.ts'
import { reservedSource } from '../config/reserved-names.ts'
import { sourceNames } from '../config/source-names.ts'
import { storeUrl } from '../config/store-url.ts'
import { tlsOf } from '../config/tls-section.ts'
import { encodeAccessEvent } from '../domain/access-event.ts'
import { createAddressList } from '../lib/address-list.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { serveTls } from '../lib/tls-listener.ts'
import { threadedReports } from '../reports/threaded-reports.ts'
import { createScriptCheck } from '../scripts/script-check.ts'
import { runSignOutputs } from '../signs/outputs.ts'
import type { SignPort } from '../signs/sign-port.ts'
import { connectionsFor } from '../sources/connection-limits.ts'
import { aborted } from '../sources/listener.ts'
import { type Child, runChild } from './child.ts'
import { lateStore } from './late-store.ts'
import type { ChildSettings, ToChild } from './messages.ts'
import { createNotifierLink } from './notifier-link.ts'
import { openFilesMax } from './open-files.ts'
import { createPublisher } from './publisher.ts'

const loopback = ['127.0.0.0/8', '::1']
/** How long the first page may wait for the store. */
const storeMsMax = 1_500
const eventsMs = 1_000

await runChild(async (child) => {
  const { settings, log, signal } = child
  using keyring = await openKeyring(settings.dataDir, process.env, {
    onProblem: (error) => log.error('the key file is damaged; the keys known before stay valid', { error }),
  })
  using accounts = openAccounts(settings.dataDir, systemClock, settings.config.signIn)
  const url = storeUrl(settings.config, settings.demo?.dir ?? settings.dataDir)
  const { store, opened } = lateStore(url, { log, clock: systemClock, signal }, { ownThread: true })
  await using _released = store
  await firstOf(opened)
  const figures = followFigures(child)
  const status = (): SystemStatus =>
    systemStatus(settings, { ...figures.newest, ageMs: figures.ageMs }, systemClock.now())
  using auditor = createAuditor({ dataDir: settings.demo?.dir ?? settings.dataDir, storeUrl: url })
  const hasChannels = Object.keys(settings.config.notifications.channels).length > 0
  const outputs: Promise<void>[] = []
  await using scripts = createScriptCheck()
  const app = await createApi({
    store,
    scripts,
    publisher: createPublisher(child, settings.demo ? 'demo' : 'real'),
    auditor,
    // Of the real server also while a city is simulated: users, keys and sign-ins are there.
    auditLog: openAuditLog(path.join(settings.dataDir, 'desk')),
    keyring,
    accounts,
    status,
    clock: systemClock,
    log,
    ...ofSettings(settings),
    ...oidcOf(settings),
    reports: threadedReports(url),
    ...(hasChannels ? { notifier: createNotifierLink(child, () => figures.newest.notifier) } : {}),
    onSigns: (signs) => outputs.push(outputsOf(settings, signs, { log, signal })),
    decoders: { names: decoderNames, preview: previewUplink },
    forecasts: { state: () => figures.newest.forecaster, listen: figures.listen },
  })
  await listen(app, settings, log)
  child.send({ type: 'ready' })
  // Of the real server also while a city is simulated.
  using _events = publishingEvents(accounts, createPublisher(child), log)
  await aborted(signal)
  await Promise.all(outputs)
  app.server.closeAllConnections()
  await app.close()
})

/** What the API takes from the settings as it is. */
function ofSettings({ config, demo, urls }: ChildSettings) {
  const names = [...sourceNames(config).values()].flat().map(({ name }) => name)
  return {
    simulated: () => demo !== undefined,
    // The configured address, which people open, is a name of this server.
    hosts: [...config.hosts, config.host, ...hostsOf(config.publicUrl)],
    ...{ trustedProxies: config.trustedProxies, embedIn: config.embedIn, urls },
    ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
    distDir: path.join(import.meta.dirname, '../../web/dist'),
    promiseMs: config.promiseHours * 3_600_000,
    ...{ bayDays: config.bayDays, readingDays: config.readingDays },
    notificationZone: config.notifications.timeZone,
    sourceNameFault: (name: string) => reservedSource(name, names),
  }
}

function oidcOf({ config: { signIn } }: ChildSettings) {
  const { oidc } = signIn
  const parts = { env: process.env, monotonic: systemClock.monotonic }
  return oidc ? { oidc: { settings: oidc, provider: createOidcProvider(oidc, parts) } } : {}
}

async function listen(app: Awaited<ReturnType<typeof createApi>>, { config, listeners }: ChildSettings, log: Log) {
  await app.ready()
  // Descriptors are left for the database, the journal and the children of a report.
  app.server.maxConnections = connectionsFor(openFilesMax())
  const tls = tlsOf(config, 'web')
  if (tls) serveTls(app.server, { files: tls, log })
  await new Promise<void>((resolve, reject) => {
    app.server.once('error', reject)
    app.server.listen({ fd: listeners.web as number }, resolve)
  })
}

function hostsOf(url: string | undefined): readonly string[] {
  return url === undefined ? [] : [new URL(url).host]
}

/** What was done about access goes to the journal a moment later; while that is away it waits in `auth.db`. */
function publishingEvents(accounts: Accounts, publisher: Publisher, log: Log): Disposable {
  let failed = false
  const publish = ({ by, ...event }: NotedEvent) =>
    publisher.publish(encodeAccessEvent({ ...event, author: by.name, account: by.account ?? '', address: by.address }))
  const timer = setInterval(() => {
    accounts.publishEvents(publish).then(
      () => {
        failed = false
      },
      (fault: unknown) => {
        if (!failed)
          log.warn('what was done about access is not in the journal yet: it is tried again', { error: fault })
        failed = true
      },
    )
  }, eventsMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

interface Issued {
  readonly site: string
  readonly issued: string
}

/** What the other processes report. */
function followFigures(child: Pick<Child, 'onMessage'>) {
  let newest: Extract<ToChild, { type: 'figures' }> = {
    type: 'figures',
    intake: undefined,
    processor: undefined,
    alive: [],
    forecaster: { state: 'starting', detail: 'The forecasts have not begun.' },
  }
  let at = performance.now()
  const listeners = new Set<(issued: Issued) => void>()
  child.onMessage((message) => {
    if (message.type === 'figures') {
      newest = message
      at = performance.now()
    }
    if (message.type === 'issued')
      for (const listener of listeners) listener({ site: message.site, issued: new Date(message.issued).toISOString() })
  })
  return {
    get newest() {
      return newest
    },
    get ageMs() {
      return performance.now() - at
    },
    /** Of each forecast that is issued. */
    listen: (listener: (issued: Issued) => void) => void listeners.add(listener),
  }
}

/** What a simulated city shows is not for real signs. */
async function outputsOf(
  { config, demo }: ChildSettings,
  signs: SignPort,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
) {
  const { mqtt, modbus } = config.signs
  if (!demo) {
    const mayConnect = createAddressList([...loopback, ...(modbus?.allow ?? [])])
    await runSignOutputs(config.signs, { signs, clock: systemClock, log, mayConnect }, signal)
  } else if (mqtt || modbus) log.warn('signs of the simulated city are not published over MQTT and Modbus')
}

/** A database that answers is waited for, so that the first page is not empty; one that is away is not; a refusal ends the process. */
async function firstOf(opened: Promise<unknown>) {
  await Promise.race([opened, systemClock.sleep(storeMsMax)])
}
