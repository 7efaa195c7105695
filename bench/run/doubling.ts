/** The highest rate at which nothing is lost: doubled until something is, then the gap halved a few times. */

export interface Found {
  /** 0 when even the first rate lost. */
  readonly highest: number
  /** The lowest rate that lost; null when none did. */
  readonly lost_at: number | null
}

export interface Search {
  readonly from: number
  readonly max: number
  /** How often the gap between the last good and the first bad rate is halved. */
  readonly halvings: number
  /** Resolves to true when nothing was lost at this rate. */
  holds(rate: number): Promise<boolean>
}

export async function highestLossFree({ from, max, halvings, holds }: Search): Promise<Found> {
  let good = 0
  let bad: number | null = null
  for (let rate = from; rate <= max; rate *= 2) {
    if (await holds(rate)) good = rate
    else {
      bad = rate
      break
    }
  }
  for (let i = 0; i < halvings && bad !== null && good > 0; i++) {
    const rate: number = Math.round((good + bad) / 2)
    if (await holds(rate)) good = rate
    else bad = rate
  }
  return { highest: good, lost_at: bad }
}
