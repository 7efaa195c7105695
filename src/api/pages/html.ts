/** HTML by template: every value is escaped unless it is HTML already. */
export interface Html {
  readonly html: string
}
type Piece = Html | string | number | undefined | readonly Piece[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeText = (text: string) => text.replaceAll(/[&<>"']/g, (char) => entities[char] as string)

function render(piece: Piece): string {
  if (piece === undefined) return ''
  if (typeof piece === 'string') return escapeText(piece)
  if (typeof piece === 'number') return String(piece)
  if ('html' in piece) return piece.html
  return piece.map(render).join('')
}

export const html = (parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html => ({
  html: parts.reduce((text, part, i) => text + render(pieces[i - 1]) + part),
})

/** A value for a program, inside `<script type="application/json">`: no `<` can end the element. */
export const jsonBlock = (id: string, value: unknown): Html => ({
  html: `<script type="application/json" id="${escapeText(id)}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`,
})
