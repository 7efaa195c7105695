/** Times that people write, in the time zone of the lot, in any time zone of the reader. Pure. */

/** "2026-11-23T18:30", as a field for date and time has it. */
export function localText(at: number, zone: string | undefined): string {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const of = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? ''
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`
}

const formatOf = (timeZone: string | undefined) =>
  new Intl.DateTimeFormat('en-GB', {
    ...({
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    } as const),
    ...(timeZone ? { timeZone } : {}),
  })

/** The time at which the clocks of the lot show this; undefined for what is no time, or one that the clocks skip. */
export function wallClock(text: string, zone: string | undefined): number | undefined {
  const wanted = Date.parse(`${text.slice(0, 16)}Z`)
  if (Number.isNaN(wanted)) return undefined
  let at = wanted
  // The offset there may be another than the one here: twice is enough.
  for (let i = 0; i < 2; i++) at += wanted - Date.parse(`${localText(at, zone)}Z`)
  return localText(at, zone) === text.slice(0, 16) ? at : undefined
}

/** 07:00 of the next day at the lot. */
export function nextMorning(now: number, zone: string | undefined): number | undefined {
  const today = localText(now, zone).slice(0, 10)
  const tomorrow = new Date(Date.parse(`${today}T00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return wallClock(`${tomorrow}T07:00`, zone)
}
