/** The state of the Live page in its address, so that a link opens the same view. Pure. */
export interface Place {
  readonly site?: string
  readonly level?: string
  readonly bay?: string
  /** CSS pixels per metre and the layout's point in the middle of the plan. */
  readonly look?: { readonly zoom: number; readonly x: number; readonly y: number }
}

/** Parameters of the address that are not a place, such as `lang` and `wall`, stay as they are. */
const own = ['site', 'level', 'bay', 'zoom', 'at']

export function readPlace(search: string): Place {
  const asked = new URLSearchParams(search)
  const text = (name: string) => asked.get(name) || undefined
  const [site, level, bay] = [text('site'), text('level'), text('bay')]
  const zoom = Number(text('zoom'))
  const [x, y] = (text('at') ?? '').split(',').map(Number)
  const looks = zoom > 0 && Number.isFinite(zoom) && Number.isFinite(x) && Number.isFinite(y)
  return {
    ...(site ? { site } : {}),
    ...(level ? { level } : {}),
    ...(bay ? { bay } : {}),
    ...(looks ? { look: { zoom, x: x as number, y: y as number } } : {}),
  }
}

export function writePlace(search: string, { site, level, bay, look }: Place): string {
  const next = new URLSearchParams(search)
  for (const name of own) next.delete(name)
  if (site) next.set('site', site)
  if (level) next.set('level', level)
  if (look) {
    next.set('zoom', String(Number(look.zoom.toPrecision(4))))
    next.set('at', `${Math.round(look.x * 10) / 10},${Math.round(look.y * 10) / 10}`)
  }
  if (bay) next.set('bay', bay)
  const text = next.toString().replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}
