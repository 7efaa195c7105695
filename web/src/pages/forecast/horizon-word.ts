/** "45 min", "1.5 hr": how far ahead, as exactly as horizons are. Pure. */
import type { Words } from '../../i18n/words.ts'

export function horizonWord({ locale }: Pick<Words, 'locale'>, minutes: number): string {
  const [n, unit] = minutes < 60 ? [minutes, 'minute'] : [minutes / 60, 'hour']
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(
    n,
  )
}
