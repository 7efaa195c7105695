/** Signs of a server double: modes change them, as the real ones. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import type { NewSignMode, SignChangeOnWire, SignOnWire } from '@baykeeper/contract/sign.ts'

export interface SignsDouble {
  readonly signs: SignOnWire[]
  readonly history: SignChangeOnWire[]
  /** False when the request is not about signs. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>
}

export const signOf = (more: Partial<SignOnWire> & Pick<SignOnWire, 'id' | 'name'>): SignOnWire => ({
  ...{ places: [{ site: 'site-0', level: null, zone: null }], types: [], offset: 0, floor: 3, hysteresis: 2, max: 999 },
  ...{ language: 'en', texts: { full: null, closed: null }, min_change_s: 10 },
  trust: { coverage: 0.9, behind_s: 300, reading_s: null, band: null },
  ...{ show: 'number', text: '42', value: 42, reason: 'counted', since: '2026-11-23T08:00:00.000Z' },
  ...{ mode: 'auto', mode_until: null, mode_author: null, mode_reason: '' },
  ...{ capacity: 120, known: 118, free: 42, coverage: 0.983, age_s: 0.4, reading_age_s: 3 },
  ...{ set_by: 'duty desk', set_at: '2026-11-20T08:00:00.000Z', ...more },
})

export function createSignsDouble(): SignsDouble {
  const signs: SignOnWire[] = []
  const history: SignChangeOnWire[] = []

  function setMode(id: string, { mode, minutes, reason }: NewSignMode): SignOnWire | undefined {
    const index = signs.findIndex((sign) => sign.id === id)
    const before = signs[index]
    if (!before) return undefined
    const at = Date.now()
    const until = minutes === undefined ? null : new Date(at + minutes * 60_000).toISOString()
    const show = mode === 'auto' ? 'number' : mode
    const text = { auto: '42', number: '42', full: 'FULL', closed: 'CLOSED', blank: '', test: '888' }[mode]
    const since = new Date(at).toISOString()
    const shown = {
      show,
      text,
      value: mode === 'auto' ? 42 : null,
      reason: mode === 'auto' ? 'counted' : 'mode',
      since,
    } as const
    const set = { mode, mode_until: until, mode_author: 'duty desk', mode_reason: reason }
    const after = { ...before, ...shown, ...set }
    signs[index] = after
    history.unshift({
      ...{ number: history.length + 1, at: since, show, value: shown.value, mode, reason: shown.reason },
      ...{ author: 'duty desk', comment: reason },
    })
    return after
  }

  return {
    signs,
    history,
    async answer(request, response, { pathname }) {
      const [, , , kind, id = '', part] = pathname.split('/').map(decodeURIComponent)
      if (kind !== 'signs') return false
      const json = (body: unknown) =>
        response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}))
      if (part === 'mode') json(setMode(id, JSON.parse(await textOf(request)) as NewSignMode))
      else if (part === 'history') json({ items: history, next: null })
      else json({ items: signs, next: null })
      return true
    },
  }
}
