/** A fault that is planted in the simulated city, and what alerts may follow from it: the truth that the judge compares with. */
export const plantedKinds = [
  ...([
    'dead sensor',
    'stuck sensor',
    'flapping sensor',
    'sensors disagree',
    'battery declines',
    'clock is ahead',
  ] as const),
  ...([
    'gateway outage',
    'source down',
    'count drifts',
    'overstay',
    'full lot',
    'lost messages',
    'garbled message',
  ] as const),
] as const
export type PlantedKind = (typeof plantedKinds)[number]

/** Alerts of these rules about these subjects; absent subjects: all. */
export interface Explained {
  readonly rules: readonly string[]
  readonly subjects?: ReadonlySet<string>
}

export interface Cause {
  /** Milliseconds since 1970; infinity: to the end. */
  readonly from: number
  /** The last moment at which an alert may be raised by it. */
  readonly to: number
  readonly explains: readonly Explained[]
}

/** What an alert has to find. */
export interface Planted extends Cause {
  readonly kind: PlantedKind
  /** That has to find it, about this subject. */
  readonly rule: string
  readonly subject: string
  readonly foundWithinMs: number
}

export const explainedBy = (
  { from, to, explains }: Cause,
  alert: { rule: string; subject: string; at: number },
): boolean =>
  alert.at >= from &&
  alert.at <= to &&
  explains.some(({ rules, subjects }) => rules.includes(alert.rule) && subjects?.has(alert.subject) !== false)
