/** Rows of earlier releases hold hardware ids as they were sent: a look-up takes the usual spellings of one. */
import { normalHardwareId } from './hardware-id.ts'

/** The text itself first; for a hardware id its normal form and the spellings that printers and gateways use. */
export function spellingsOf(text: string): readonly string[] {
  const normal = normalHardwareId(text)
  if (!/^[0-9A-F]{16}$/.test(normal)) return [text]
  const groups = (size: number, between: string) => normal.match(new RegExp(`.{${size}}`, 'g'))?.join(between) ?? normal
  const upper = [normal, ...[':', '-', '.', ' '].flatMap((between) => [groups(2, between), groups(4, between)])]
  return [...new Set([text, ...upper, ...upper.map((spelling) => spelling.toLowerCase())])]
}
