/** Checks that a change must pass before any test runs: format, lint, types, import law, unused code. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { indented, line } from './print.ts'
import { root, runCommand } from './run-command.ts'

interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

/** One checker instead of four: each would check the shared types again, for two cores that have other work. */
const types = (project: string) => ['tsc', '-p', project, '--checkers', '1'] as const
/** The compiler is a Go program: it collects garbage less often, which saves a sixth of its time. */
const env = { GOGC: '400' }

/** The longest first. */
export const steps: readonly Step[] = [
  { name: 'types', command: types('.') },
  { name: 'format and lint', command: ['biome', 'ci', '--error-on-warnings', '--colors=off', '.'] },
  ...(existsSync(path.join(root, 'web/tsconfig.json')) ? [{ name: 'types of the pages', command: types('web') }] : []),
  { name: 'unused code', command: ['knip', '--no-progress'] },
  { name: 'tidy', command: ['node', 'tools/tidy.ts'] },
]

/** Prints one line when the step has ended, and its output when it failed. */
export async function runStep({ name, command }: Step): Promise<boolean> {
  const { ok, output, seconds } = await runCommand(command, env)
  console.log(line({ ok, seconds, text: name }))
  if (!ok) console.log(indented(`$ ${command.join(' ')}\n${output}`))
  return ok
}
