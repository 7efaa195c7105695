/** "45 min", "1.5 h": a lead time, exact for every horizon. Pure. */
import { durationText, type Words } from '../../i18n/words.ts'

export const horizonWord = ({ locale }: Pick<Words, 'locale'>, minutes: number): string =>
  minutes < 60 ? durationText(locale, minutes, 'minute') : durationText(locale, minutes / 60, 'hour')
