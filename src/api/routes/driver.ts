/** The pages for drivers, and the same as data. */
import type { DriverLotAnswer } from '@baykeeper/contract/driver.ts'
import type { OccupancyCounts } from '@baykeeper/contract/live.ts'
import type { driverRoutes } from '@baykeeper/contract/routes/driver.ts'
import { type BayType, bayTypes, type Locale, locales } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyReply } from 'fastify'
import type { RouteContext } from '../context.ts'
import { type Ahead, surelyChances } from '../driver/ahead.ts'
import { choosableTypes, type DriverLot, openingOf, placeOf } from '../driver/lots.ts'
import { createDriverViews, type DriverView, type DriverViews, momentAt } from '../driver/view.ts'
import type { Handlers } from '../endpoint.ts'
import { showsSite } from '../live/site-view.ts'
import { badgePicture, lotText } from '../pages/driver/badge.ts'
import { boardArrows, boardPage, boardThemes } from '../pages/driver/board-page.ts'
import { embedPage } from '../pages/driver/embed-page.ts'
import { kioskPage } from '../pages/driver/kiosk-page.ts'
import { lotPage, unknownLotPage } from '../pages/driver/lot-page.ts'
import type { Wanted } from '../pages/driver/parts.ts'
import { localeOf, sendPage } from '../pages/locale.ts'
import { pageWords } from '../pages/page-words.ts'
import { type LotAhead, publicPage } from '../pages/public-page.ts'
import { ProblemError } from '../problem.ts'
import { framedHeaders } from '../security.ts'
import { configOf } from './pages.ts'

type Some<Name extends keyof typeof driverRoutes> = Handlers<Pick<typeof driverRoutes, Name>>
/** In place of an id: every lot. */
const all = 'all'

export function driverHandlers(context: RouteContext): Handlers<typeof driverRoutes> {
  const views = createDriverViews(context)
  return { ...drivingHandlers(context, views), ...screenHandlers(context, views), ...dataHandlers(views) }
}

const lotNamed = ({ lots }: DriverView, id: string) => lots.find(({ site }) => site.id === id)

const wantedOf = ({ at, type }: { at?: string | undefined; type?: string | undefined }): Wanted => ({
  at: at !== undefined && /^([01]\d|2[0-3]):[0-5]\d$/.test(at) ? at : undefined,
  type: bayTypes.find((one) => one === type),
})

/** List and lot. */
function drivingHandlers(context: RouteContext, views: DriverViews): Some<'publicPage' | 'lotPage'> {
  const { assets, simulated } = context
  const aheadOf = async (lot: DriverLot, wanted: Wanted, now: number): Promise<LotAhead> => {
    const at = momentAt(wanted.at, lot.site.zone, now)
    return { lot, at, ahead: await views.ahead(lot, at) }
  }
  return {
    async publicPage({ query, request, reply }) {
      const view = await views.read()
      const words = pageWords(localeOf(request))
      const asked = wantedOf(query)
      const wanted = asked.type && choosableTypes(view.lots).includes(asked.type) ? asked : { at: asked.at }
      const lots = await Promise.all(view.lots.map((lot) => aheadOf(lot, wanted, view.now)))
      const at = momentAt(wanted.at, view.lots[0]?.site.zone ?? 'UTC', view.now)
      const config = configOf(context, 'public')
      const text = publicPage({ assets, words, config, view, wanted, at, lots: sorted(lots, view, wanted.type) })
      return sendPage(reply.header('cache-control', 'no-store'), words.locale, text)
    },
    async lotPage({ params: { id }, query, request, reply }) {
      const view = await views.read()
      const words = pageWords(localeOf(request))
      const lot = lotNamed(view, id)
      if (!lot) return sendPage(reply.code(404), words.locale, unknownLotPage(assets, words))
      const wanted = wantedOf(query)
      const { at, ahead } = await aheadOf(lot, wanted, view.now)
      const isUnsure = ahead.is === 'chance' && ahead.chances < surelyChances
      const other = isUnsure ? await surerLot(view, lot, (each) => aheadOf(each, wanted, view.now)) : undefined
      const text = lotPage({ assets, words, view, lot, wanted, at, ahead, other, simulated: simulated() })
      return sendPage(reply.header('cache-control', 'no-store'), words.locale, text)
    },
  }
}

/** The surest first, then those with the most space now. */
function sorted(lots: readonly LotAhead[], view: DriverView, type: BayType | undefined): readonly LotAhead[] {
  const chances = ({ ahead }: LotAhead) => (ahead.is === 'chance' ? ahead.chances : -1)
  const free = ({ lot }: LotAhead) => {
    if (view.freshness.is !== 'live' || !openingOf(lot, view.now).isOpen) return -1
    return (type === undefined ? lot.occupancy : lot.types.get(type))?.free ?? -1
  }
  return lots.toSorted((a, b) => chances(b) - chances(a) || free(b) - free(a))
}

const otherLotsMax = 50

async function surerLot(view: DriverView, lot: DriverLot, aheadOf: (lot: DriverLot) => Promise<LotAhead>) {
  const others = view.lots.filter((each) => each !== lot).slice(0, otherLotsMax)
  const found = await Promise.all(others.map(aheadOf))
  const sure = found.filter(({ ahead }) => ahead.is === 'chance' && ahead.chances >= surelyChances)
  return sorted(sure, view, undefined)[0]?.lot
}

/** Screens and frames: the server chooses what they show, and they ask again. */
function screenHandlers(context: RouteContext, views: DriverViews): Some<'boardPage' | 'kioskPage' | 'embedPage'> {
  const { assets, embedIn = [] } = context
  const unknown = (reply: FastifyReply, locale: Locale) =>
    sendPage(reply.code(404), locale, unknownLotPage(assets, pageWords(locale)))
  return {
    async boardPage({ params: { id }, query, request, reply }) {
      const view = await views.read()
      const lot = lotNamed(view, id)
      const sign = lot || id === all ? undefined : publicSign(context, id)
      if (!lot && !sign && id !== all) return unknown(reply, localeOf(request))
      const asked = locales.filter((locale) => query.lang?.split(',').includes(locale))
      const [first = localeOf(request), ...more] = asked
      const floor = /^\d{1,3}$/.test(query.floor ?? '') ? Number(query.floor) : 1
      const text = boardPage({
        ...{ assets, view, simulated: context.simulated(), lot, floor },
        sign: sign && { name: sign.sign.name, text: sign.text, isFull: sign.show === 'full' || sign.show === 'closed' },
        theme: boardThemes.find((theme) => theme === query.theme) ?? 'led',
        locales: [first, ...more],
        arrows: (query.arrows ?? '')
          .split(',')
          .map((name) => boardArrows.find((arrow) => arrow === name.trim()) ?? 'none'),
      })
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(text)
    },
    async kioskPage({ params: { id }, query, request, reply }) {
      const view = await views.read()
      const words = pageWords(localeOf(request))
      const own = id === all ? undefined : lotNamed(view, id)
      if (!own && id !== all) return unknown(reply, words.locale)
      const lots = own ? [own] : view.lots
      const type = wantedOf(query).type
      const text = kioskPage({
        ...{ assets, words, view, simulated: context.simulated(), home: `/kiosk/${encodeURIComponent(id)}`, lots },
        lot: lots.find(({ site }) => site.id === query.lot),
        type: type && choosableTypes(lots).includes(type) ? type : undefined,
        isLarge: query.big === '1',
      })
      // The language is that of the person who stands there, and is forgotten with the next one.
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(text)
    },
    async embedPage({ params: { id }, query, request, reply }) {
      const view = await views.read()
      const words = pageWords(localeOf(request))
      const own = id === all ? undefined : lotNamed(view, id)
      framedHeaders(reply, embedIn)
      if (!own && id !== all) return unknown(reply, words.locale)
      const theme = query.theme === 'light' || query.theme === 'dark' ? query.theme : undefined
      const lots = own ? [own] : view.lots
      const text = embedPage({ assets, words, view, simulated: context.simulated(), lots, theme })
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(text)
    },
  }
}

/** Of places that are public only: what it shows is counted there. One without places counts in every site. */
function publicSign({ live, siteViews }: RouteContext, id: string) {
  const view = siteViews.public()
  const sign = live.signs.find(id)
  const isPublic =
    sign?.sign.places.length === 0 ? !view.sites : sign?.sign.places.every(({ site }) => showsSite(view, site))
  return isPublic ? sign : undefined
}

function dataHandlers(views: DriverViews): Some<'publicLot' | 'publicLotText' | 'publicLotBadge'> {
  const found = async (id: string) => {
    const view = await views.read()
    const lot = lotNamed(view, id)
    if (!lot) throw new ProblemError(404, `there is no lot ${id}: GET /public/sites lists them`)
    return { view, lot }
  }
  /** Proxies of pictures keep what has an age, some of them for a day. */
  const shared = { 'cache-control': 'no-cache, max-age=0', vary: 'accept-language, cookie' }
  return {
    async publicLot({ params: { id }, query, reply }) {
      const { view, lot } = await found(id)
      const at = momentAt(wantedOf(query).at, lot.site.zone, view.now)
      reply.header('cache-control', 'no-cache')
      return lotAnswer(view, lot, at, await views.ahead(lot, at))
    },
    async publicLotText({ params: { id }, request, reply }) {
      const { view, lot } = await found(id)
      const text = lotText(lot, view, pageWords(localeOf(request)))
      return reply.headers(shared).type('text/plain; charset=utf-8').send(text)
    },
    async publicLotBadge({ params: { id }, request, reply }) {
      const { view, lot } = await found(id)
      const text = badgePicture(lot, view, pageWords(localeOf(request)))
      return reply.headers(shared).type('image/svg+xml').send(text)
    },
  }
}

function lotAnswer(view: DriverView, lot: DriverLot, at: number, ahead: Ahead): DriverLotAnswer {
  const { id, name, zone } = lot.site
  const isLive = view.freshness.is === 'live'
  const iso = (moment: number | undefined) => (moment === undefined ? null : new Date(moment).toISOString())
  const shown = (occupancy: OccupancyCounts) => (isLive ? { ...occupancy } : null)
  const opening = openingOf(lot, view.now)
  const isChance = ahead.is === 'chance'
  return {
    ...{ id, name, zone, live: isLive, live_until: isLive ? null : iso(view.freshness.since) },
    ...{ open: opening.isOpen, changes: iso(opening.changes), occupancy: shown(lot.occupancy) },
    types: [...lot.types].map(([type, occupancy]) => ({ type, occupancy: shown(occupancy) })),
    levels: lot.levels.map((level) => ({ id: level.id, name: level.name, occupancy: shown(level.occupancy) })),
    updated: lot.updated,
    place: placeOf(lot) ?? null,
    ahead: {
      at: new Date(at).toISOString(),
      ...{ chances: isChance ? ahead.chances : null, free_from: isChance ? ahead.from : null },
      ...{ free_to: isChance ? ahead.to : null, why: isChance ? null : ahead.is === 'usual' ? 'usual' : ahead.why },
    },
  }
}
