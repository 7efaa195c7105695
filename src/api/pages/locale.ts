/** The language of the pages that the server writes: by address, then cookie, then Accept-Language. */
import { chooseLocale } from '@baykeeper/contract/locale.ts'
import type { Locale } from '@baykeeper/contract/vocabulary.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'

const keptS = 365 * 86_400
const htmlType = 'text/html; charset=utf-8'

export function localeOf({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>): Locale {
  return chooseLocale(searchOf(url), headers.cookie ?? '', acceptedLanguages(headers['accept-language'] ?? ''))
}

/** Tags of Accept-Language (RFC 9110, 12.5.4), best first; those with weight 0 are left out. */
export function acceptedLanguages(header: string): readonly string[] {
  return header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((text) => text.trim())
      const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => tag !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
}

/** Answers with a page. A language that the address asks for is kept in a cookie, as the desk keeps it. */
export function sendPage(reply: FastifyReply, locale: Locale, text: string): FastifyReply {
  if (new URLSearchParams(searchOf(reply.request.url)).has('lang'))
    reply.setCookie('lang', locale, { path: '/', sameSite: 'lax', maxAge: keptS })
  return reply.type(htmlType).headers({ 'content-language': locale, vary: 'accept-language, cookie' }).send(text)
}

const searchOf = (url: string) => (url.includes('?') ? url.slice(url.indexOf('?')) : '')
