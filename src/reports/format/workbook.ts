/** A workbook (Office Open XML) as a zip that is written while its sheets come: what it holds is listed at its end. */
import { Zip, ZipDeflate } from 'fflate'
import { escaped, stylesXml, xmlHead } from './sheet-xml.ts'

/** Excel refuses more rows in a sheet. */
export const sheetRowsMax = 1_048_576

export interface WorkbookSheet {
  /** At most 31 characters, without []:*?/\ and unlike any other. */
  readonly name: string
  readonly xml: AsyncIterable<string> | Iterable<string>
}

const officeDocument = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships'
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
/** Text is handed to the packer in pieces of this length. */
const charsAtOnce = 65_536

export async function* workbook(
  sheets: AsyncIterable<WorkbookSheet> | Iterable<WorkbookSheet>,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  const zip = new Zip((error, bytes) => {
    if (error) throw error
    ready.push(bytes)
  })
  const names: string[] = []
  for await (const { name, xml } of sheets) {
    const file = fileIn(zip, `xl/worksheets/sheet${names.push(name)}.xml`)
    let waiting = ''
    for await (const part of xml) {
      waiting += part
      if (waiting.length < charsAtOnce) continue
      file.push(Buffer.from(waiting))
      waiting = ''
      yield* ready.splice(0)
    }
    file.push(Buffer.from(waiting), true)
    yield* ready.splice(0)
  }
  for (const [name, text] of partsOf(names)) fileIn(zip, name).push(Buffer.from(text), true)
  zip.end()
  yield* ready.splice(0)
}

function fileIn(zip: Zip, name: string): ZipDeflate {
  // The same report is the same file.
  const file = new ZipDeflate(name, { level: 6 })
  file.mtime = '1980-01-01T12:00:00'
  zip.add(file)
  return file
}

function partsOf(names: readonly string[]): readonly (readonly [name: string, text: string])[] {
  const numbered = names.map((name, i) => ({ name, n: i + 1 }))
  const relation = (n: number, type: string, target: string) =>
    `<Relationship Id="rId${n}" Type="${officeDocument}/${type}" Target="${target}"/>`
  const relations = (of: string) => `${xmlHead}<Relationships xmlns="${packageRelations}">${of}</Relationships>`
  const override = (part: string, type: string) =>
    `<Override PartName="/xl/${part}" ContentType="${sheetType}.${type}+xml"/>`
  return [
    ['xl/styles.xml', stylesXml()],
    [
      'xl/workbook.xml',
      `${xmlHead}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${officeDocument}"><sheets>${numbered
        .map(({ name, n }) => `<sheet name="${escaped(name)}" sheetId="${n}" r:id="rId${n}"/>`)
        .join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relations(
        numbered.map(({ n }) => relation(n, 'worksheet', `worksheets/sheet${n}.xml`)).join('') +
          relation(names.length + 1, 'styles', 'styles.xml'),
      ),
    ],
    ['_rels/.rels', relations(relation(1, 'officeDocument', 'xl/workbook.xml'))],
    [
      '[Content_Types].xml',
      `${xmlHead}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('workbook.xml', 'sheet.main')}${override('styles.xml', 'styles')}${numbered.map(({ n }) => override(`worksheets/sheet${n}.xml`, 'worksheet')).join('')}</Types>`,
    ],
  ]
}
