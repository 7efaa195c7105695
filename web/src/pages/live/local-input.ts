/** Moments in a `datetime-local` field, by the clock of the site and not of the browser. Pure. */

/** `2026-11-23T08:59` */
export function localInput(at: number, zone: string | undefined): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const),
    ...{ hourCycle: 'h23' as const, ...(zone ? { timeZone: zone } : {}) },
  }).formatToParts(at)
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

/** Undefined: not a moment. In the hour that a clock repeats, the first one; in the one it leaves out, the hour after it. */
export function momentOf(text: string, zone: string | undefined): number | undefined {
  const wanted = Date.parse(`${text}Z`)
  if (!Number.isFinite(wanted)) return undefined
  const offsetAt = (at: number) => Date.parse(`${localInput(at, zone)}Z`) - at + (at % 60_000)
  const first = wanted - offsetAt(wanted)
  const found = [wanted - offsetAt(first), wanted - offsetAt(first - 3_600_000)].filter(
    (at) => localInput(at, zone) === text,
  )
  return found.length > 0 ? Math.min(...found) : Math.max(first, wanted - offsetAt(first))
}
