/** Texts of messages in English and German. */
import type { AlertSeverity } from '@baykeeper/contract/vocabulary.ts'

export interface MessageWords {
  readonly severity: Readonly<Record<AlertSeverity, string>>
  readonly severityLabel: string
  readonly siteLabel: string
  readonly ruleLabel: string
  /** One of the lifecycle; another one is shown by its name. */
  event(name: string): string
  by(author: string): string
  chain(events: readonly string[]): string
  digestTitle(count: number): string
  mergedTitle(count: number, severity: string): string
  more(count: number): string
  readonly testTitle: string
  readonly testText: string
  readonly open: string
}

const chain = (events: readonly string[]): string => [...new Set(events)].slice(0, 6).join(' → ')

const named = (names: Readonly<Record<string, string>>) => (name: string) =>
  Object.hasOwn(names, name) ? (names[name] as string) : name

export const messageWords: Readonly<Record<'en' | 'de', MessageWords>> = {
  en: {
    severity: { critical: 'Critical', warning: 'Warning', info: 'Info' },
    severityLabel: 'Severity',
    siteLabel: 'Site',
    ruleLabel: 'Rule',
    event: named({
      ...{ raised: 'Raised', reopened: 'Raised again', released: 'Raised', cleared: 'Cleared' },
      ...{ acknowledged: 'Acknowledged', unacknowledged: 'No longer acknowledged', suppressed: 'Held back' },
      ...{ 'out-of-service': 'Out of service', 'in-service': 'In service' },
      ...{ shelved: 'Shelved', unshelved: 'No longer shelved', assigned: 'Assigned', commented: 'Comment' },
      ...{ resolved: 'Resolved', 'wait-met': 'A bay is free', test: 'Test' },
    }),
    by: (author) => `by ${author}`,
    chain,
    digestTitle: (count) => `Daily digest: ${count} ${count === 1 ? 'event' : 'events'}`,
    mergedTitle: (count, severity) => `${count} events, most severe: ${severity}`,
    more: (count) => `and ${count} more`,
    testTitle: 'Test message',
    testText: 'This is a test. Notifications of this channel arrive here.',
    open: 'Open the alerts',
  },
  de: {
    severity: { critical: 'Kritisch', warning: 'Warnung', info: 'Hinweis' },
    severityLabel: 'Schwere',
    siteLabel: 'Standort',
    ruleLabel: 'Regel',
    event: named({
      ...{ raised: 'Ausgelöst', reopened: 'Erneut ausgelöst', released: 'Ausgelöst', cleared: 'Beendet' },
      ...{ acknowledged: 'Quittiert', unacknowledged: 'Nicht mehr quittiert', suppressed: 'Zurückgehalten' },
      ...{ 'out-of-service': 'Außer Betrieb', 'in-service': 'In Betrieb' },
      ...{ shelved: 'Zurückgestellt', unshelved: 'Nicht mehr zurückgestellt', assigned: 'Zugewiesen' },
      ...{ commented: 'Kommentar', resolved: 'Erledigt', 'wait-met': 'Ein Platz ist frei', test: 'Test' },
    }),
    by: (author) => `von ${author}`,
    chain,
    digestTitle: (count) => `Tagesübersicht: ${count} ${count === 1 ? 'Ereignis' : 'Ereignisse'}`,
    mergedTitle: (count, severity) => `${count} Ereignisse, höchste Schwere: ${severity}`,
    more: (count) => `und ${count} weitere`,
    testTitle: 'Testnachricht',
    testText: 'Das ist ein Test. Benachrichtigungen dieses Kanals kommen hier an.',
    open: 'Meldungen öffnen',
  },
}
