/** The pages for people. */

import type { PageConfig } from '@baykeeper/contract/page-config.ts'
import { liveRoutes } from '@baykeeper/contract/routes/live.ts'
import type { pageRoutes } from '@baykeeper/contract/routes/pages.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Principal, rightsOf } from '../../auth/principal.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { pageText } from '../pages/frame.ts'
import { html } from '../pages/html.ts'
import { localeOf, sendPage } from '../pages/locale.ts'
import { pageWords } from '../pages/page-words.ts'
import { sendSignIn } from '../sign-in-parts.ts'

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

export function configOf(
  { status, simulated, urls }: Pick<RouteContext, 'status' | 'simulated' | 'urls'>,
  page: 'public' | 'desk',
  reader: PageConfig['reader'] = null,
): PageConfig {
  return {
    page,
    version: status().version,
    simulated: simulated(),
    ingest_port: urls['ingest'] === undefined ? null : Number(new URL(urls['ingest']).port),
    reader,
    paths: pathsOf[page],
  }
}

export function pageHandlers(context: RouteContext): Handlers<typeof pageRoutes> {
  const { assets } = context
  const desk = (principal: Principal, request: FastifyRequest, reply: FastifyReply) => {
    const { name, role = null, sites } = principal
    const reader = {
      name,
      role,
      signed_in: request.session !== undefined,
      rights: [...rightsOf(principal)],
      sites: sites ? [...sites] : null,
    }
    const words = pageWords(localeOf(request))
    const body = assets.built ? html`<noscript>${words.deskNeedsScript}</noscript>` : html`<p>${words.deskNotBuilt}</p>`
    const text = pageText({
      ...{ title: words.deskTitle, words, assets, bodyClass: 'desk' },
      ...{ page: 'desk', config: configOf(context, 'desk', reader) },
      body: html`<div id="app"></div>${body}`,
    })
    // Signing out is a form, and without TLS its origin is all there is to know it by.
    const headers = { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }
    return sendPage(reply.headers(headers), words.locale, text)
  }
  return {
    welcome: ({ reply }) => reply.redirect('/desk/welcome', 303),
    signInAddress: ({ reply }) => reply.redirect('/signin', 303),
    inviteAddress: ({ params: { token }, reply }) =>
      reply.header('cache-control', 'no-store').redirect(`/password?${new URLSearchParams({ link: token })}`, 303),
    desk: ({ principal, request, reply }) =>
      principal ? desk(principal, request, reply) : sendSignIn(context, request, reply.code(401)),
  }
}
