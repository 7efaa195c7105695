/** Wall clock of a time zone: by how much it differs from UTC, from one change of its clocks to the next. */

/** `from` inclusive, `to` exclusive, milliseconds since 1970; infinite where the zone changes no more. */
export interface OffsetSpan {
  readonly from: number
  readonly to: number
  /** Local time less UTC, milliseconds. */
  readonly offsetMs: number
}

export type ZoneClock = (at: number) => OffsetSpan

const clocks = new Map<string, ZoneClock>()

/** Of an IANA time zone; each is made once. Throws RangeError for a zone that there is not. */
export const zoneClock = (zone: string): ZoneClock => clocks.getOrInsertComputed(zone, () => createZoneClock(zone))

function createZoneClock(zone: string): ZoneClock {
  /** Ascending, without overlap; not all that there are. */
  let last = spanAt(zone, 0)
  const known = [last]
  return (at) => {
    if (at >= last.from && at < last.to) return last
    const place = known.findIndex(({ to }) => at < to)
    const found = known[place]
    if (found && at >= found.from) last = found
    else {
      last = spanAt(zone, at)
      known.splice(place < 0 ? known.length : place, 0, last)
    }
    return last
  }
}

function spanAt(zone: string, at: number): OffsetSpan {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone)
  const [before, after] = [local.getTimeZoneTransition('previous'), local.getTimeZoneTransition('next')]
  // A change at this very moment is neither before it nor after it for Temporal.
  const isChange = local.subtract({ milliseconds: 1 }).offsetNanoseconds !== local.offsetNanoseconds
  return {
    from: isChange ? local.epochMilliseconds : (before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY),
    to: after?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: local.offsetNanoseconds / 1e6,
  }
}
