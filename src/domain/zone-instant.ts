/** A time of the wall clock of a zone, `2026-11-23T08:00:00`. One that occurs twice is the first of the two; one that does not occur is none. */
export function zoneInstant(text: string, zone: string): number | undefined {
  try {
    const local = Temporal.PlainDateTime.from(text)
    const { epochMilliseconds } = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
    const back = Temporal.Instant.fromEpochMilliseconds(epochMilliseconds).toZonedDateTimeISO(zone).toPlainDateTime()
    // What is finer than a millisecond is cut off, as an instant cuts it off.
    const wanted = local.round({ smallestUnit: 'millisecond', roundingMode: 'floor' })
    return back.equals(wanted) ? epochMilliseconds : undefined
  } catch {
    // No such day or hour, or another form.
    return undefined
  }
}
