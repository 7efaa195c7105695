/** Rules in a YAML file: a mapping of ids to rules under `rules`. Faults name the file and the line. */
import { newRuleSchema, ruleIdSchema, rulesMax } from '@baykeeper/contract/alert-rule.ts'
import { LineCounter, parseDocument, stringify } from 'yaml'
import * as z from 'zod'
import { readUtf8File } from '../lib/utf8-file.ts'
import { CommandFailed, exitCodes } from './output.ts'

/** A file is read whole. */
const bytesMax = 4_000_000

const fileSchema = z.strictObject({ rules: z.record(ruleIdSchema, newRuleSchema) })
export type RuleFile = z.output<typeof fileSchema>

/** Throws CommandFailed with a line for each fault. */
export function readRules(file: string): RuleFile {
  const text = read(file)
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const [error] = document.errors
  if (error) throw refused([`${file}:${counter.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`])
  const parsed = fileSchema.safeParse(document.toJS({ maxAliasCount: 100 }))
  const lineOf = (at: readonly PropertyKey[]) => {
    for (let depth = at.length; depth > 0; depth--) {
      const node = document.getIn(at.slice(0, depth), true) as { range?: [number, number, number] } | undefined
      if (node?.range) return counter.linePos(node.range[0]).line
    }
    return 1
  }
  if (!parsed.success)
    throw refused(
      parsed.error.issues.map(({ path, message }) => `${file}:${lineOf(path)}: ${path.join('.')}: ${message}`),
    )
  const count = Object.keys(parsed.data.rules).length
  if (count > rulesMax) throw refused([`${file}:1: rules: ${count} rules, at most ${rulesMax} can be stored`])
  return parsed.data
}

export const writeRules = (rules: Readonly<Record<string, unknown>>): string => stringify({ rules }, { lineWidth: 120 })

function read(file: string): string {
  try {
    const text = readUtf8File(file)
    if (text.length <= bytesMax) return text
    throw refused([`${file}: larger than ${bytesMax} characters: no file of rules`])
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause
    throw new CommandFailed(exitCodes.usage, `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

const refused = (lines: readonly string[]) =>
  new CommandFailed(exitCodes.failed, `the rules are not valid:\n  ${lines.join('\n  ')}`)
