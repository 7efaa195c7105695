/** A picture of a sign: amber on black, as panels are. */
import type { ShownSign } from '../domain/sign-shown.ts'

const charW = 34
const h = 64
const padding = 14
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string) => text.replace(/[&<>"']/g, (found) => escapes[found] ?? '')

export function signPicture({ sign, text, show }: Pick<ShownSign, 'sign' | 'text' | 'show'>): string {
  const chars = Math.max([...text].length, String(sign.max).length)
  const w = chars * charW + 2 * padding
  const colour = show === 'full' || show === 'closed' ? '#ff5a4d' : '#ffb000'
  const label = escaped(`${sign.name}: ${text || (sign.language === 'de' ? 'leer' : 'blank')}`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${label}">`,
    `<title>${label}</title>`,
    `<rect width="${w}" height="${h}" rx="6" fill="#101010"/>`,
    `<text x="${w / 2}" y="47" text-anchor="middle" font-family="ui-monospace, monospace" font-weight="700" font-size="44" fill="${colour}">${escaped(text)}</text>`,
    '</svg>',
  ].join('')
}
