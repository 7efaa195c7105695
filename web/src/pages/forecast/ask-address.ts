/** The question of the reader in the address: site, lot, when, how many, so that a link opens the same question. Pure. */

export interface Ask {
  readonly site?: string
  readonly lot?: string
  /** Milliseconds; absent: in an hour. */
  readonly at?: number
  /** At least so many free. */
  readonly k?: number
}

export const kMax = 9_999

/** `clock` reads a time of day, which is written by hand; what the page writes itself is an instant. */
export function readAsk(search: string, clock: (text: string) => number | undefined): Ask {
  const asked = new URLSearchParams(search)
  const text = (name: string) => asked.get(name) || undefined
  const [site, lot, when] = [text('site'), text('lot'), text('at')]
  const at = when === undefined ? undefined : (clock(when) ?? Date.parse(when))
  const k = Number(text('k'))
  return {
    ...(site ? { site } : {}),
    ...(lot ? { lot } : {}),
    ...(at !== undefined && Number.isFinite(at) ? { at } : {}),
    ...(Number.isInteger(k) && k >= 1 && k <= kMax ? { k } : {}),
  }
}

/** Parameters that are no question, such as `lang`, stay. */
export function writeAsk(search: string, { site, lot, at, k }: Ask): string {
  const next = new URLSearchParams(search)
  for (const name of ['site', 'lot', 'at', 'k']) next.delete(name)
  if (site !== undefined) next.set('site', site)
  if (lot !== undefined) next.set('lot', lot)
  if (at !== undefined) next.set('at', new Date(at).toISOString().replace(/:\d\d\.\d+Z$/, 'Z'))
  if (k !== undefined) next.set('k', String(k))
  const text = next.toString().replaceAll('%3A', ':')
  return text === '' ? '' : `?${text}`
}
