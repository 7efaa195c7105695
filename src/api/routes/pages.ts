/** The pages, and how a browser signs in: by the one-time setup link, or with an API key in the form. */

import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import { liveRoutes } from '@baykeeper/contract/routes/live.ts'
import type { pageRoutes } from '@baykeeper/contract/routes/pages.ts'
import type { FastifyReply } from 'fastify'
import { setSessionCookie } from '../access.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { siteSummaries } from '../live/summaries.ts'
import { pageText, signInPage, usedLinkPage } from '../pages/frame.ts'
import { html } from '../pages/html.ts'
import { publicPage } from '../pages/public-page.ts'
import { ProblemError } from '../problem.ts'
import { requireSameOrigin } from '../security.ts'
import { addressed, createSignInLimit } from '../sign-in-limit.ts'

const htmlType = 'text/html; charset=utf-8'

const pathsOf: Readonly<Record<PageConfig['page'], PageConfig['paths']>> = {
  desk: {
    ...{ plan: liveRoutes.plan.path, snapshot: liveRoutes.snapshot.path },
    ...{ sites: liveRoutes.sites.path, stream: liveRoutes.stream.path },
  },
  public: {
    ...{ plan: liveRoutes.publicPlan.path, snapshot: liveRoutes.publicSnapshot.path },
    ...{ sites: liveRoutes.publicSites.path, stream: liveRoutes.publicStream.path },
  },
}

export function pageHandlers(context: RouteContext): Handlers<typeof pageRoutes> {
  const { live, status, simulated, assets, urls, keyring, clock, log } = context
  const limit = createSignInLimit(clock, context.trustedProxies)
  const configOf = (page: 'public' | 'desk'): PageConfig => ({
    page,
    version: status().version,
    simulated: simulated(),
    ingest_port: urls['ingest'] === undefined ? null : Number(new URL(urls['ingest']).port),
    paths: pathsOf[page],
  })
  const desk = () =>
    pageText({
      title: 'Baykeeper desk',
      assets,
      page: 'desk',
      config: configOf('desk'),
      bodyClass: 'desk',
      body: assets.built
        ? html`<div id="app"></div><noscript>The desk needs JavaScript; <a href="/">the public page</a> does not.</noscript>`
        : html`<div id="app"></div><p>The web part is not built: run <code>npm run build --workspace web</code> and start again.</p>`,
    })
  // Under `no-referrer` a browser sends a form with `Origin: null`, and without TLS that is all there is to know it by.
  const signIn = (reply: FastifyReply, failed?: string) =>
    reply
      .type(htmlType)
      .headers({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' })
      .send(signInPage(assets, failed))

  return {
    async publicPage({ reply }) {
      await live.current()
      return reply
        .type(htmlType)
        .header('cache-control', 'no-store')
        .send(
          publicPage({
            assets,
            config: configOf('public'),
            name: live.floor.plan.name,
            sites: siteSummaries(live.presence),
            devicesSeen: live.presence.devices.size,
            now: live.now(),
            fresh: live.fresh,
            ingestUrl: urls['ingest'],
          }),
        )
    },
    desk: ({ principal, reply }) =>
      principal ? reply.type(htmlType).header('cache-control', 'no-store').send(desk()) : signIn(reply.code(401)),
    async setup({ query: { key }, principal, request, reply }) {
      // A browser that only looks ahead must not use up the link.
      if (request.headers['sec-purpose'] !== undefined)
        throw new ProblemError(503, 'this link is not for looking ahead')
      limit.check(addressed(request))
      reply.header('cache-control', 'no-store')
      if (await keyring.consumeSetup(key)) {
        log.info('the setup link was used', { address: request.ip })
        return setSessionCookie(request, reply, keyring.signSession()).redirect('/desk', 303)
      }
      if (principal) return reply.redirect('/desk', 303)
      limit.failed(addressed(request))
      return reply.code(403).type(htmlType).send(usedLinkPage(assets))
    },
    signIn({ body, request, reply }) {
      requireSameOrigin(request)
      limit.check(addressed(request))
      reply.header('cache-control', 'no-store')
      const key = body.key.trim()
      if (keyring.apiKey(key)) return setSessionCookie(request, reply, keyring.signSession(key)).redirect('/desk', 303)
      limit.failed(addressed(request))
      return signIn(reply.code(401), 'This API key is not known, or was revoked.')
    },
  }
}
