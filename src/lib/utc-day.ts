/** Days as the ledger counts them: UTC, numbered from 1970-01-01. And the length of a minute. */
export type DayNumber = number

export const minuteMs = 60_000
export const dayMs = 86_400_000
export const dayNumber = (ms: number): DayNumber => Math.floor(ms / dayMs)
/** `2026-11-23` */
export const dayName = (day: DayNumber): string => new Date(day * dayMs).toISOString().slice(0, 10)
