/**
 * The elements of an XML file, as far as data files need it: start tags with attributes, one after another, and ends. No text, no
 * namespaces; a document type is refused, so no entity can grow. Pure.
 */

export interface XmlTag {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly kind: 'open' | 'close' | 'empty'
  readonly line: number
}

export class XmlFault extends Error {
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** Throws XmlFault where the text is no XML. */
export function* xmlTags(text: string): Generator<XmlTag> {
  let line = 1
  let counted = 0
  const open: string[] = []
  const lineAt = (at: number) => {
    for (; counted < at; counted++) if (text.charCodeAt(counted) === 10) line++
    return line
  }
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const beginning = text.slice(at, at + 9)
    const skipped = beginning.startsWith('<!--')
      ? '-->'
      : beginning.startsWith('<?')
        ? '?>'
        : beginning === '<![CDATA['
          ? ']]>'
          : undefined
    if (skipped !== undefined) {
      const end = text.indexOf(skipped, at)
      if (end < 0) throw new XmlFault(lineAt(at), `"${beginning.slice(0, 4)}" is never closed`)
      at = end + skipped.length
      continue
    }
    if (beginning.startsWith('<!')) throw new XmlFault(lineAt(at), 'a document type is not read: remove the line')
    const end = tagEnd(text, at)
    if (end < 0) throw new XmlFault(lineAt(at), 'a tag is never closed with ">": the file may be cut off')
    const tag = tagOf(text.slice(at + 1, end), lineAt(at))
    if (tag.kind === 'open') open.push(tag.name)
    if (tag.kind === 'close' && open.pop() !== tag.name)
      throw new XmlFault(tag.line, `</${tag.name}> closes another element`)
    yield tag
    at = end + 1
  }
  if (open.length > 0)
    throw new XmlFault(lineAt(text.length), `<${open.at(-1)}> is never closed: the file may be cut off`)
}

/** A ">" may stand within an attribute. */
function tagEnd(text: string, from: number): number {
  let quote = ''
  for (let i = from + 1; i < text.length; i++) {
    const character = text[i] as string
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>') return i
  }
  return -1
}

const attribute = /([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

function tagOf(inner: string, line: number): XmlTag {
  const kind = inner.startsWith('/') ? 'close' : inner.endsWith('/') ? 'empty' : 'open'
  const name = /^\/?\s*([^\s/>]+)/.exec(inner)?.[1]
  if (name === undefined) throw new XmlFault(line, 'a tag has no name')
  const attributes: Record<string, string> = Object.create(null)
  if (kind !== 'close')
    for (const [, key, double, single] of inner.matchAll(attribute))
      attributes[key as string] = decoded(double ?? single ?? '', line)
  return { name, attributes, kind, line }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const decoded = (text: string, line: number): string =>
  text.includes('&')
    ? text.replaceAll(
        /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi,
        (whole, hex?: string, decimal?: string, name?: string) => {
          const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : undefined
          if (code !== undefined && code <= 0x10ffff) return String.fromCodePoint(code)
          const character = entities[name ?? '']
          if (character === undefined) throw new XmlFault(line, `the entity ${whole} is not known`)
          return character
        },
      )
    : text
