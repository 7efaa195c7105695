/** Every command with every option, from the table itself: a wrong value never reaches a command. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Command, Option } from 'commander'
import { commandTable } from './command-table.ts'

/** By placeholder: what must be refused, and what must be taken. An option with another placeholder fails the test. */
const values: Record<string, { readonly wrong: readonly string[]; readonly right: string }> = {
  n: {
    wrong: ['-1', '0', '9999999999999999', 'abc', '', '1.5', '1e3', 'NaN', 'Infinity', '0x10', '99999999999999999'],
    right: '100',
  },
  hz: { wrong: ['-1', 'abc', '', '0', 'NaN', 'Infinity', '1e99'], right: '2.5' },
  s: { wrong: ['-1', 'abc', '', '0', 'NaN', 'Infinity'], right: '2.5' },
  times: { wrong: ['-1', 'abc', '', '0', 'NaN', 'fast'], right: 'max' },
  port: { wrong: ['-1', 'abc', '', '65536', '80.5', 'on'], right: 'off' },
  day: { wrong: ['', 'today', '2026-13-01', '2026-02-30', '23.11.2026', '2026-11-23T00:00'], right: '2026-11-23' },
  time: {
    wrong: ['', 'today', '2026-02-30', '2026-02-30T08:00Z', '2026-11-23T08:00:00', '2026-11-23T25:00Z', '1795420800'],
    right: '2026-11-23T08:00:00+01:00',
  },
  hours: { wrong: ['-1', 'abc', '', 'NaN', '8785'], right: '0' },
  cause: { wrong: ['', 'gap', 'SEQUENCE-GAP'], right: 'sequence-gap' },
  list: { wrong: ['', 'root', 'read,root', 'read;operate'], right: 'read,operate' },
  level: { wrong: ['', 'loud'], right: 'warn' },
  iana: { wrong: ['', 'Berlin', 'Mars/Olympus'], right: 'Europe/Berlin' },
  source: { wrong: ['', 'udp', 'carrier-pigeon'], right: 'tcp' },
  format: { wrong: ['', 'dxf', 'JSON'], right: 'geojson' },
  type: { wrong: ['', 'truck'], right: 'ev' },
  with: { wrong: ['', 'before'], right: 'previous' },
  form: { wrong: ['', 'xls'], right: 'xlsx' },
  locale: { wrong: ['', 'fr'], right: 'de' },
  mode: { wrong: ['', 'replace'], right: 'replace-level' },
  metres: { wrong: ['-1', 'abc', '', 'NaN'], right: '2.5' },
  degrees: { wrong: ['-1', 'abc', '', '91'], right: '60' },
  place: { wrong: ['', '51.9', '91,7,0,0', '51.9,7.6,a,0', '51.9,,0,0', '1,2', '1,2,3'], right: '51.96,7.62,0,0,30' },
  group: { wrong: ['', 'urgent'], right: 'all' },
  severity: { wrong: ['', 'high'], right: 'critical' },
  state: { wrong: ['', 'lost', 'SENT'], right: 'sent' },
  kind: { wrong: ['', 'everything'], right: 'occupancy' },
  period: { wrong: ['', 'tomorrow'], right: 'last-week' },
  interval: { wrong: ['', 'hour'], right: 'week' },
  weekday: { wrong: ['', 'holiday', 'Monday'], right: 'mon' },
  number: { wrong: ['', '0', '32', '1.5', 'last'], right: '31' },
  clock: { wrong: ['', '7', '7:00', '24:00', '07:60'], right: '07:00' },
  role: { wrong: ['', 'owner', 'Admin'], right: 'engineer' },
  policy: { wrong: ['', 'check', 'sometimes'], right: '' },
  ...Object.fromEntries(
    ['file', 'dir', 'url', 'address', 'path', 'name', 'id', 'code', 'text', 'cursor', 'target', 'token', 'key'].map(
      (kind) => [kind, { wrong: ['', '  '], right: 'x-1' }],
    ),
  ),
}

/** Parses, and returns the options a command ran with, or the refusal. */
async function parsed(args: readonly string[]): Promise<{ ran?: unknown[]; code?: string; said: string }> {
  let ran: unknown[] | undefined
  let said = ''
  const program = commandTable(() => async (...given) => {
    ran = given
  })
  const quiet = (command: Command) => {
    const writeErr = (line: string) => {
      said += line
    }
    command.exitOverride().configureOutput({ writeErr, writeOut: () => {} })
    command.commands.forEach(quiet)
  }
  quiet(program)
  try {
    await program.parseAsync(args, { from: 'user' })
    return { ...(ran ? { ran } : {}), said }
  } catch (fault) {
    return { code: (fault as { code?: string }).code ?? 'none', said }
  }
}

function leaves(command: Command, path: readonly string[] = []): { path: readonly string[]; command: Command }[] {
  const below = command.commands.flatMap((child) => leaves(child, [...path, child.name()]))
  return below.length > 0 ? below : [{ path, command }]
}
const commands = leaves(commandTable(() => async () => {}))
const argumentsOf = (command: Command) =>
  command.registeredArguments.flatMap(({ required, argChoices }) => (required ? [argChoices?.[0] ?? '1.0'] : []))
const takesValue = (option: Option) => option.required || option.optional
const placeholder = (option: Option) => /[<[]([^>\].]+)/.exec(option.flags)?.[1] ?? ''

test('the help of a command prints the default of an option once', () => {
  const twice = commands.flatMap(({ path, command }) =>
    command.options
      // The default of a set value is printed beside its text; --no-x has one that is not.
      .filter(({ defaultValue, negate }) => defaultValue !== undefined && !negate)
      .filter(({ description }) => /\bdefault\b/.test(description))
      .map(({ flags }) => `${path.join(' ')} ${flags}`),
  )
  assert.deepEqual(twice, [])
})

describe('every command with every option', () => {
  for (const { path, command } of commands) {
    const name = path.join(' ')
    test(`${name}: each option refuses each wrong value, and names itself`, async () => {
      for (const option of command.options.filter(takesValue)) {
        const kind = values[placeholder(option)]
        assert.ok(kind, `${name} ${option.flags}: no values are known for this placeholder`)
        for (const wrong of kind.wrong) {
          const args = [...path, ...argumentsOf(command), `${option.long}=${wrong}`]
          const { ran, code, said } = await parsed(args)
          assert.equal(ran, undefined, `${args.join(' ')} ran with ${JSON.stringify(ran?.at(-2))}`)
          assert.equal(code, 'commander.invalidArgument', `${args.join(' ')}: ${said}`)
          assert.ok(said.includes(option.long ?? ''), `${args.join(' ')}: ${said}`)
        }
      }
    })

    test(`${name}: each option alone, with a right value, reaches the command`, async () => {
      for (const option of command.options) {
        const right = option.argChoices?.[0] ?? values[placeholder(option)]?.right
        const given = takesValue(option) ? [`${option.long}=${right}`] : [`${option.long}`]
        const { ran, said } = await parsed([...path, ...argumentsOf(command), ...given])
        assert.ok(ran, `${name} ${given.join(' ')}: ${said}`)
      }
    })

    test(`${name}: an unknown option and an argument too many are refused`, async () => {
      const surplus = command.registeredArguments.some(({ variadic }) => variadic) ? [] : [['a', 'b', 'c']]
      for (const more of [['--no-such-option'], ...surplus]) {
        const { ran } = await parsed([...path, ...argumentsOf(command), ...more])
        assert.equal(ran, undefined, `${name} ${more.join(' ')} ran`)
      }
    })
  }
})

describe('options that exclude each other', () => {
  const pairs: readonly (readonly string[])[] = [
    ['token', 'create', '--source', 'gateway', '--api-key', 'reports'],
    ['token', 'create', '--source', 'gateway', '--scopes', 'read'],
    ['token', 'create', '--api-key', 'reports', '--time', 'trust'],
    ['dlq', 'requeue', '--all', '--source', 'gateway'],
    ['dlq', 'requeue', '--code', 'E_X', '--all'],
  ]
  for (const args of pairs)
    test(`${args.join(' ')} is refused: neither of them is dropped in silence`, async () => {
      assert.equal((await parsed(args)).code, 'commander.conflictingOption')
    })

  test('demo does not offer --no-demo', async () => {
    assert.equal((await parsed(['demo', '--no-demo'])).code, 'commander.unknownOption')
  })
})
