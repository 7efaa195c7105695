/** Each built-in rule, and what becomes of its alerts, as cases in data (domain/alerts/cases/); times are seconds. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { shownSentence } from '@baykeeper/contract/alert-sentences.ts'
import { usualNotifiedEvents } from '@baykeeper/contract/notifications.ts'
import { type AlertEventRow, type AlertOutcome, noChannel } from '../domain/alerts/alert-rows.ts'
import { builtInRules } from '../domain/alerts/rules/list.ts'
import { type AlertStep, type CitySample, createAlertWorld, ruleOff } from './testing/alert-world.ts'

interface Case {
  readonly about: string
  readonly begin?: string
  readonly city: CitySample
  readonly promiseS?: number
  readonly steps: readonly AlertStep[]
  /** `rule subject event at`, in their order. */
  readonly events: readonly string[]
  /** Those of the events that channels are notified of. */
  readonly notified?: readonly string[]
  /** By event. */
  readonly texts?: Readonly<Record<string, string>>
  /** Of the newest alert of each rule and subject: fields of its row. */
  readonly alerts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Refusals of actions, in their order; null: it has taken effect. */
  readonly outcomes?: readonly (string | null)[]
}

const directory = fileURLToPath(new URL('../domain/alerts/cases/', import.meta.url))
const files = readdirSync(directory).filter((name) => name.endsWith('.json'))
const casesOf = (file: string): readonly Case[] => JSON.parse(readFileSync(directory + file, 'utf8'))

function played(one: Case, kind: string, how: { readonly restarts: boolean; readonly perCommit: number }) {
  const { begin = '2026-11-23T08:00:00Z', city, promiseS = 86_400 } = one
  const world = createAlertWorld({ begin, city, restarts: how.restarts, promiseMs: 1_000 * promiseS })
  const off = builtInRules.filter((rule) => rule.kind !== kind && !kindsOf(one).includes(rule.kind))
  world.play(
    off.map(({ kind: id }) => ({ at: -1, desk: { is: 'rule', request: `off ${id}`, id, rule: ruleOff(id) } })),
    100,
  )
  world.play(one.steps, how.perCommit)
  return world
}
/** Rules that the case changes or acts on are on. */
const kindsOf = ({ steps, events }: Case) => [
  ...steps.flatMap(({ rule }) => (rule ? [rule.id] : [])),
  ...events.map((event) => event.split(' ', 1)[0] as string),
]

type World = ReturnType<typeof createAlertWorld>
const shown = (world: World, { rule, subject, event, at, author }: AlertEventRow) =>
  `${rule} ${subject} ${event} ${world.secondsOf(at)}${author ? ` ${author}` : ''}`
const shownEvents = (world: World) => world.events().map((event) => shown(world, event))
const notifiedOf = (world: World) => {
  const heard = world.events().filter(({ event, channels }) => channels !== noChannel && isNotified(event))
  return heard.map((event) => shown(world, event))
}
const isNotified = (event: string) => (usualNotifiedEvents as readonly string[]).includes(event)
/** Text of a person, of a database driver or of a loss; sentences of rules are in the list. */
const isFree = ({ rule, event, author }: AlertEventRow) =>
  author !== null || ['loss', 'person', 'database-outage'].includes(rule) || event === 'wait-met'
const untranslated = (world: World) =>
  world
    .events()
    .filter((event) => event.text !== '' && !isFree(event))
    .map(({ text }) => text)
    .filter((text) => shownSentence(text, 'de', String).locale !== 'de')

const rowsOf = (world: World) => world.alerts().map(({ rev: _, ...row }) => row)

for (const file of files)
  describe(file, () => {
    for (const one of casesOf(file))
      test(one.about, () => {
        const kind = file.replace('.json', '')
        const live = played(one, kind, { restarts: false, perCommit: 1 })
        assert.deepEqual(shownEvents(live), one.events)
        assert.deepEqual(untranslated(live), [], 'no German sentence in contract/alert-sentences.ts')
        if (one.notified) assert.deepEqual(notifiedOf(live), one.notified)
        for (const [name, text] of Object.entries(one.texts ?? {}))
          assert.equal(live.events().find((event) => shown(live, event) === name)?.text, text)
        for (const [name, expected] of Object.entries(one.alerts ?? {})) {
          const of = live.alerts().filter(({ rule, subject }) => `${rule} ${subject}` === name)
          const row = of.sort((a, b) => a.raised - b.raised).at(-1)
          assert.ok(row, `${name}: no alert`)
          const found = Object.fromEntries(
            Object.keys(expected).map((field) => [field, row[field as keyof typeof row]]),
          )
          assert.deepEqual(found, expected, name)
        }
        if (one.outcomes)
          assert.deepEqual(
            live
              .requests()
              .filter(({ id, results }) => !id.startsWith('off ') && results !== '[]')
              .flatMap(({ results }) => (JSON.parse(results) as AlertOutcome[]).map(({ code }) => code)),
            one.outcomes,
          )
        for (const how of [
          { restarts: true, perCommit: 1 },
          { restarts: false, perCommit: 3 },
        ]) {
          const other = played(one, kind, how)
          assert.deepEqual(shownEvents(other), one.events, JSON.stringify(how))
          assert.deepEqual(rowsOf(other), rowsOf(live), JSON.stringify(how))
          assert.deepEqual(other.memory(), live.memory(), JSON.stringify(how))
        }
      })
  })

test('every built-in rule has cases that raise it, and one that does not', () => {
  for (const { kind } of builtInRules) {
    assert.ok(files.includes(`${kind}.json`), `${kind} has no cases`)
    const cases = casesOf(`${kind}.json`)
    assert.ok(
      cases.some(({ events }) => events.some((event) => event.startsWith(`${kind} `) && event.includes(' raised '))),
      kind,
    )
    assert.ok(
      cases.some(({ events }) => events.every((event) => !event.startsWith(`${kind} `))),
      `${kind}: no case without an alert`,
    )
  }
})
