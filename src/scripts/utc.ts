/**
 * Local time of this thread becomes UTC: QuickJS asks the `Date` of its thread for the time zone, and what a script answers must not depend on
 * where the server stands. For a thread that does nothing but run scripts.
 */
const parts = ['Date', 'Day', 'FullYear', 'Hours', 'Minutes', 'Month', 'Seconds', 'Milliseconds'] as const

export function useUtc() {
  const dates = Date.prototype as unknown as Record<string, unknown>
  for (const part of parts) dates[`get${part}`] = dates[`getUTC${part}`]
  dates['getTimezoneOffset'] = () => 0
}
