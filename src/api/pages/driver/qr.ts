/** A text as a QR code that a phone reads from a screen. */
import { qrCode } from '../../qr-code.ts'
import { type Html, html } from '../html.ts'

export function qrPicture(text: string, label: string): Html {
  const { size, path } = qrCode(text)
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"></rect><path d="${path}" fill="#000"></path></svg>`
}
