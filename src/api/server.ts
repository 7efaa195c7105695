/**
 * The API: everything people and programs see of the server. It reads the store and follows it as a cursor; it stands between no
 * sensor and the journal.
 *
 * Promises
 * - A1 What an endpoint needs is written beside it and checked before it runs; what is not declared open needs a key or session.
 * - A2 A store that is away takes nothing down: the last state stays, with its age.
 * - A3 Every error is a problem document; none shows a stack.
 * - A4 Nothing is loaded from elsewhere, and no foreign page can read or do anything here.
 *
 * It does not listen: its owner holds the socket.
 */
import type { Route } from '@baykeeper/contract/route.ts'
import { type Routes, routes } from '@baykeeper/contract/routes.ts'
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createLayoutWorker } from '../layout/layout-thread.ts'
import { boundedReports, reportsHere } from '../reports/report-port.ts'
import { authorize, identify } from './access.ts'
import { answeringOf } from './answering.ts'
import { type ChangeActors, createChangeActors } from './change-actors.ts'
import type { ApiDeps, RouteContext } from './context.ts'
import { type Endpoint, endpointsOf, type Handlers } from './endpoint.ts'
import { createHttpApp } from './http-app.ts'
import { createIdempotency, type Idempotency } from './idempotency.ts'
import { watchAlertCounts } from './live/alert-counts.ts'
import type { Figures } from './live/figure-texts.ts'
import { createLiveState, type LiveState } from './live/live-state.ts'
import { showsSite, wholeView } from './live/site-view.ts'
import { createStreamHub } from './live/stream-hub.ts'
import { kpiOf, narrowKpi, publicKpi, siteSummaries } from './live/summaries.ts'
import { type Assets, loadAssets } from './pages/assets.ts'
import { plainPage } from './pages/frame.ts'
import { html } from './pages/html.ts'
import { localeOf, sendPage } from './pages/locale.ts'
import { pageWords } from './pages/page-words.ts'
import { ProblemError, problemOf, sendProblem } from './problem.ts'
import { takesIdempotencyKey } from './route-facts.ts'
import { accountHandlers } from './routes/accounts.ts'
import { alertRuleHandlers } from './routes/alert-rules.ts'
import { alertHandlers } from './routes/alerts.ts'
import { auditHandlers } from './routes/audit.ts'
import { auditLogHandlers } from './routes/audit-log.ts'
import { codecHandlers } from './routes/codecs.ts'
import { countHandlers } from './routes/counts.ts'
import { deviceCareHandlers } from './routes/device-care.ts'
import { deviceHandlers } from './routes/devices.ts'
import { driverHandlers } from './routes/driver.ts'
import { forecastHandlers } from './routes/forecasts.ts'
import { healthHandlers } from './routes/health.ts'
import { historyHandlers } from './routes/history.ts'
import { inboxHandlers } from './routes/inbox.ts'
import { keyHandlers } from './routes/keys.ts'
import { layoutHandlers } from './routes/layout.ts'
import { layoutChangeHandlers } from './routes/layout-changes.ts'
import { ledgerHandlers } from './routes/ledger.ts'
import { liveHandlers } from './routes/live.ts'
import { lossHandlers } from './routes/losses.ts'
import { notificationHandlers } from './routes/notifications.ts'
import { overrideHandlers } from './routes/overrides.ts'
import { pageHandlers } from './routes/pages.ts'
import { placeHandlers } from './routes/places.ts'
import { publicAccessHandlers } from './routes/public-access.ts'
import { referenceHandlers } from './routes/reference.ts'
import { reportScheduleHandlers } from './routes/report-schedules.ts'
import { reportHandlers } from './routes/reports.ts'
import { signInHandlers } from './routes/sign-in.ts'
import { signHandlers } from './routes/signs.ts'
import { sourceHandlers } from './routes/sources.ts'
import { statusHandlers } from './routes/status.ts'
import { stayHandlers } from './routes/stays.ts'
import { userHandlers } from './routes/users.ts'
import { waitHandlers } from './routes/waits.ts'
import { createHostCheck, headersFor } from './security.ts'
import { siteCheck } from './site-limits.ts'
import { createSiteViews } from './site-views.ts'
import { createTlsCheck } from './transport.ts'

const promiseMsUsual = 24 * 3_600_000
/** The first reading of the store may be waited for, so that the first page is not empty; not longer than this. */
const firstReadMsMax = 2_000

export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { store, clock, log, simulated, promiseMs = promiseMsUsual, urls = {} } = deps
  const live = createLiveState({ store, clock, log, promiseMs, simulated })
  deps.onSigns?.(live.signs)
  const figures = figuresOf(deps, live)
  const siteViews = createSiteViews({ live, ...deps })
  deps.accounts.publicAccess.listen(() => live.restart())
  const hub = createStreamHub(live, figures, clock.monotonic)
  deps.forecasts?.listen((issued) => hub.forecast(issued))
  const assets = await loadAssets(deps.distDir, log)
  const layoutWorker = createLayoutWorker()
  const reports = boundedReports(deps.reports ?? reportsHere(store))
  const alertCounts = watchAlertCounts({ store, clock }, (counts) => hub.alerts(counts))
  const actors = createChangeActors(deps)
  const requests = createIdempotency({ ...deps, publisher: actors.publisher })
  const parts = {
    urls,
    reports,
    live,
    hub,
    figures,
    assets,
    layoutWorker,
    alertCounts,
    requests,
    siteViews,
    publisher: requests.publisher,
  }
  const context: RouteContext = { ...deps, ...parts }
  const endpoints = endpointsOf(routes, handlersOf(context), siteCheck(context))

  const app = createHttpApp(log)
  // Before the hook below: it reads the cookies.
  await app.register(fastifyCookie)
  app.decorateRequest('principal', undefined)
  app.decorateRequest('byCookie', false)
  app.decorateRequest('session', undefined)
  app.decorateRequest('overTls', false)
  const checkHost = createHostCheck(deps.hosts)
  const isOverTls = createTlsCheck(deps.trustedProxies)
  app.addHook('onRequest', async (request, reply) => {
    request.overTls = isOverTls(request.raw)
    reply.headers(headersFor(request))
    checkHost(request)
    Object.assign(request, identify(deps, request))
  })
  app.setErrorHandler((error, request, reply) => sendProblem(reply, problemOf(error, log, request.url)))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/'
    if ((request.method === 'GET' || request.method === 'HEAD') && assets.send(path, request, reply)) return reply
    return notFound(assets, endpoints, request, reply)
  })
  for (const endpoint of endpoints) register(app, endpoint, requests, actors)
  app.addHook('onSend', async (request, reply, payload) => requests.sent(request, reply, payload))
  app.addHook('preClose', async () => {
    alertCounts[Symbol.dispose]()
    hub[Symbol.dispose]()
  })
  app.addHook('onClose', async () => {
    await layoutWorker[Symbol.asyncDispose]()
    await live[Symbol.asyncDispose]()
  })

  const until = clock.monotonic() + firstReadMsMax
  while (!live.loaded && clock.monotonic() < until) await clock.sleep(10)
  return app
}

const figuresOf = ({ clock, simulated, status }: ApiDeps, live: LiveState): Figures => ({
  kpi(audience = 'desk', view = wholeView) {
    const now = clock.now()
    const parts = { now, simulated: simulated(), status: status(), storeDown: live.storeDown }
    const kpi = narrowKpi(kpiOf(live.presence, parts), live.presence, view, now)
    return audience === 'desk' ? kpi : publicKpi(kpi)
  },
  sites: (view = wholeView) => siteSummaries(live.presence).filter(({ id }) => showsSite(view, id)),
})

const handlersOf = (context: RouteContext): Handlers<Routes> => ({
  ...driverHandlers(context),
  ...pageHandlers(context),
  ...signInHandlers(context),
  ...accountHandlers(context),
  ...userHandlers(context),
  ...keyHandlers(context),
  ...publicAccessHandlers(context),
  ...auditLogHandlers(context),
  ...liveHandlers(context),
  ...placeHandlers(context),
  ...stayHandlers(context),
  ...reportHandlers(context),
  ...codecHandlers(context),
  ...reportScheduleHandlers(context),
  ...historyHandlers(context),
  ...forecastHandlers(context),
  ...deviceHandlers(context),
  ...deviceCareHandlers(context),
  ...inboxHandlers(context),
  ...ledgerHandlers(context),
  ...lossHandlers(context),
  ...sourceHandlers(context),
  ...auditHandlers(context),
  ...layoutHandlers(context),
  ...overrideHandlers(context),
  ...countHandlers(context),
  ...notificationHandlers(context),
  ...waitHandlers(context),
  ...alertHandlers(context),
  ...alertRuleHandlers(context),
  ...signHandlers(context),
  ...layoutChangeHandlers(context),
  ...healthHandlers(context),
  ...statusHandlers(context),
  ...referenceHandlers(context),
})

/** For a path that nothing is at, or not with this method. */
function notFound(assets: Assets, endpoints: readonly Endpoint[], request: FastifyRequest, reply: FastifyReply) {
  const path = request.url.split('?', 1)[0] ?? '/'
  // Without a key the answer does not show what exists.
  if (path.startsWith('/api/')) authorize({ access: 'read', sites: 'none' }, request)
  const methods = endpoints.filter(({ route }) => matches(route, path)).map(({ route }) => route.method)
  if (methods.length > 0)
    throw new ProblemError(405, `use ${methods.join(' or ')} here`, { headers: { allow: methods.join(', ') } })
  if (!request.headers.accept?.includes('text/html'))
    throw new ProblemError(404, 'there is nothing at this path: /docs lists what there is')
  const words = pageWords(localeOf(request))
  const text = plainPage(assets, words, { title: words.notFoundTitle, body: html`<p>${words.notFound}</p>` })
  return sendPage(reply.code(404), words.locale, text)
}

function register(app: FastifyInstance, endpoint: Endpoint, requests: Idempotency, actors: ChangeActors): void {
  const { method, path, access, bodyBytesMax: bodyLimit, bodyIs, head = true, below = false } = endpoint.route
  const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
  const answering = answeringOf(endpoint.route)
  for (const one of below ? [url, `${url}/*`] : [url])
    app.route({
      method,
      url: one,
      exposeHeadRoute: method === 'GET' && head,
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      config: { takesBytes: bodyIs === 'bytes' },
      // Before the body is read: a stranger's body is not worth parsing.
      onRequest: async (request: FastifyRequest) => {
        authorize(endpoint.route, request)
        answering.check(request)
      },
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        if (access !== 'open' && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
        const answer = async () => answering.send(await endpoint.run(request, reply), request, reply)
        return actors.run(request, () =>
          takesIdempotencyKey(endpoint.route) ? requests.run(request, reply, answer) : answer(),
        )
      },
    })
}

const matches = (route: Route, path: string) =>
  new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
