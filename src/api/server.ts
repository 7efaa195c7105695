/**
 * The API: everything people and programs see of the server. It reads the store and follows it as a cursor; it stands between no
 * sensor and the journal.
 *
 * Promises
 * - A1 What an endpoint needs is written beside it and checked before it runs; what is not said to be open needs a key or session.
 * - A2 A store that is away takes nothing down: the last state stays, with its age.
 * - A3 Every error is a problem document; none shows a stack.
 * - A4 Nothing is loaded from elsewhere, and no foreign page can read or do anything here.
 *
 * It does not listen: its owner holds the socket.
 */
import { isUtf8 } from 'node:buffer'
import { fastifyCookie } from '@fastify/cookie'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { originForm } from '../lib/http-target.ts'
import { authorize, identify } from './access.ts'
import type { ApiDeps, RouteContext } from './context.ts'
import type { Endpoint } from './endpoint.ts'
import { createLiveState } from './live/live-state.ts'
import { createStreamHub, type Figures } from './live/stream-hub.ts'
import { kpiOf, publicKpi, siteSummaries } from './live/summaries.ts'
import { loadAssets } from './pages/assets.ts'
import { plainPage } from './pages/frame.ts'
import { html } from './pages/html.ts'
import { ProblemError, problemBody, problemOf, problemType, sendProblem } from './problem.ts'
import { auditRoutes } from './routes/audit.ts'
import { deviceRoutes } from './routes/devices.ts'
import { forecastRoutes } from './routes/forecasts.ts'
import { healthRoutes } from './routes/health.ts'
import { historyRoutes } from './routes/history.ts'
import { layoutRoutes } from './routes/layout.ts'
import { ledgerRoutes } from './routes/ledger.ts'
import { liveRoutes } from './routes/live.ts'
import { lossRoutes } from './routes/losses.ts'
import { pageRoutes } from './routes/pages.ts'
import { placeRoutes } from './routes/places.ts'
import { referenceRoutes } from './routes/reference.ts'
import { statusRoutes } from './routes/status.ts'
import { createHostCheck, isPublicRead, publicHeaders, securityHeaders } from './security.ts'

const promiseMsUsual = 24 * 3_600_000
const bodyBytesMax = 1_048_576
/** An id of 128 characters, each of which may be written as 12 in a path. */
const paramCharsMax = 1_536
/** The first reading of the store may be waited for, so that the first page is not empty; not longer than this. */
const firstReadMsMax = 2_000

export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { store, clock, log, keyring, status, simulated, promiseMs = promiseMsUsual, urls = {} } = deps
  const live = createLiveState({ store, clock, log, promiseMs, simulated })
  const figures: Figures = {
    kpi: () =>
      kpiOf(live.presence, {
        now: clock.now(),
        simulated: simulated(),
        status: status(),
        storeDown: live.storeDown,
      }),
    publicKpi: () => publicKpi(figures.kpi()),
    sites: () => siteSummaries(live.presence),
  }
  const hub = createStreamHub(live, figures, clock.monotonic)
  deps.forecasts?.listen((issued) => hub.forecast(issued))
  const assets = await loadAssets(deps.distDir, log)
  const context: RouteContext = { ...deps, urls, live, hub, figures, assets }
  const routes = [
    ...pageRoutes(context),
    ...liveRoutes(context),
    ...placeRoutes(context),
    ...historyRoutes(context),
    ...forecastRoutes(context),
    ...deviceRoutes(context),
    ...ledgerRoutes(context),
    ...lossRoutes(context),
    ...auditRoutes(context),
    ...layoutRoutes(context),
    ...healthRoutes(context),
    ...statusRoutes(context),
  ]
  const endpoints = [...routes, ...referenceRoutes(routes, status().version, assets)]

  const app = fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    requestTimeout: 30_000,
    // Streams end by themselves at closing; what is left then is not worth waiting for.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: paramCharsMax },
    rewriteUrl: ({ url = '/' }) => originForm(url),
    frameworkErrors: (error, request, reply) => {
      // The router refuses a path before any hook runs.
      reply.headers(securityHeaders)
      sendProblem(reply, problemOf(error, log, request.url))
    },
    clientErrorHandler(_error, socket) {
      if (socket.writable && !socket.destroyed) socket.end(brokenRequest)
    },
  })
  app.removeContentTypeParser('application/json')
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // A name in another encoding would become another name.
    if (!isUtf8(body as Buffer)) return done(new ProblemError(400, 'the body is not UTF-8 text: send it as UTF-8'))
    parseJson(request, body.toString(), done)
  })
  // Fastify's own text parser would let any form through as a string.
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 8_192 },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
  )
  // Before the hook below: it reads the cookies.
  await app.register(fastifyCookie)
  app.decorateRequest('principal', undefined)
  app.decorateRequest('byCookie', false)
  const checkHost = createHostCheck(deps.hosts)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(isPublicRead(request) ? publicHeaders : securityHeaders)
    checkHost(request)
    Object.assign(request, identify(keyring, request))
  })
  app.setErrorHandler((error, request, reply) => sendProblem(reply, problemOf(error, log, request.url)))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/'
    if ((request.method === 'GET' || request.method === 'HEAD') && assets.send(path, request, reply)) return reply
    return notFound(request, reply, path)
  })
  const notFound = (request: FastifyRequest, reply: FastifyReply, path: string) => {
    // Whoever has no key learns nothing about what is there.
    if (path.startsWith('/api/')) authorize('read', request)
    const methods = endpoints.filter((endpoint) => matches(endpoint, path)).map(({ method }) => method)
    if (methods.length > 0)
      throw new ProblemError(405, `use ${methods.join(' or ')} here`, { headers: { allow: methods.join(', ') } })
    if (!request.headers.accept?.includes('text/html'))
      throw new ProblemError(404, 'there is nothing at this path: /docs lists what there is')
    return reply
      .code(404)
      .type('text/html; charset=utf-8')
      .send(
        plainPage(
          assets,
          'There is nothing here',
          html`<p>The <a href="/">public page</a> and the <a href="/desk">desk</a> are.</p>`,
        ),
      )
  }
  for (const endpoint of endpoints) register(app, endpoint)
  app.addHook('preClose', async () => hub[Symbol.dispose]())
  app.addHook('onClose', () => live[Symbol.asyncDispose]())

  const until = clock.monotonic() + firstReadMsMax
  while (!live.loaded && clock.monotonic() < until) await clock.sleep(10)
  return app
}

function register(app: FastifyInstance, endpoint: Endpoint): void {
  const { method, path, access, bodyBytesMax: bodyLimit, head = true, below = false } = endpoint
  const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
  for (const one of below ? [url, `${url}/*`] : [url])
    app.route({
      method,
      url: one,
      exposeHeadRoute: method === 'GET' && head,
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      // Before the body is read: a stranger's body is not worth parsing.
      onRequest: async (request: FastifyRequest) => authorize(access, request),
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        if (access !== 'open' && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
        return endpoint.run(request, reply)
      },
    })
}

const matches = (endpoint: Endpoint, path: string) =>
  new RegExp(`^${endpoint.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)

/** What is no HTTP at all gets an answer too, and then the line is cut. */
const brokenRequest = (() => {
  const body = JSON.stringify(problemBody(new ProblemError(400, 'this is no HTTP request this server can read')))
  return `HTTP/1.1 400 Bad Request\r\ncontent-type: ${problemType}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
})()
