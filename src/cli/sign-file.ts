/** A file of signs, YAML or JSON: read and checked whole before anything is sent. */
import { signFileSchema } from '@baykeeper/contract/sign.ts'
import { LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'
import { NotUtf8, readUtf8File } from '../lib/utf8-file.ts'
import { CommandFailed, exitCodes } from './output.ts'

/** 2,000 signs stay far below. */
const fileCharsMax = 8 * 1_048_576
const shownMax = 20

export type SignFile = z.output<typeof signFileSchema>

/** Throws CommandFailed that names line and field of each fault. */
export function readSignFile(file: string): SignFile {
  const text = textOf(file)
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const lineAt = (offset: number) => counter.linePos(offset).line
  const [error] = document.errors
  if (error) throw failed([`${file}:${lineAt(error.pos[0])}: ${error.message.split('\n')[0]}`])
  const lineOf = (at: readonly PropertyKey[]) => {
    for (let depth = at.length; depth > 0; depth--) {
      const node = document.getIn(at.slice(0, depth), true) as { readonly range?: readonly number[] } | undefined
      if (node?.range?.[0] !== undefined) return lineAt(node.range[0])
    }
    return 1
  }
  const where = (at: readonly PropertyKey[]) => `${file}:${lineOf(at)}: ${at.join('.') || 'the file'}`
  const { success, data, error: faults } = signFileSchema.safeParse(document.toJS({ maxAliasCount: 100 }))
  if (!success) throw failed(faults.issues.map(({ path, message }) => `${where(path)}: ${message}`))
  const twice = data.signs.flatMap(({ id }, i) =>
    data.signs.findIndex((other) => other.id === id) < i
      ? `${where(['signs', i, 'id'])}: ${id} is there twice: each id once`
      : [],
  )
  if (twice.length > 0) throw failed(twice)
  return data
}

function textOf(file: string): string {
  try {
    const text = readUtf8File(file)
    if (text.length > fileCharsMax)
      throw failed([`${file}: is larger than ${fileCharsMax} characters: signs do not need that`])
    return text
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause
    if (cause instanceof NotUtf8) throw failed([cause.message])
    throw failed([`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code}): name an existing file`])
  }
}

function failed(lines: readonly string[]): CommandFailed {
  const more = lines.length > shownMax ? [`and ${lines.length - shownMax} more`] : []
  return new CommandFailed(exitCodes.failed, [...lines.slice(0, shownMax), ...more].join('\n'))
}
