/** What an entry of the audit log was done to, in the reader's language: names and ids stay as they are. */

/** The longest first: `wait contact` before `wait`. */
const german: readonly (readonly [begin: string, text: string])[] = [
  ['unreadable record', 'nicht lesbarer Eintrag'],
  ['report schedule', 'Berichtsversand'],
  ['public access', 'öffentlicher Zugang'],
  ['ingest key', 'Ingest-Token'],
  ['api key', 'API-Schlüssel'],
  ['count zone', 'Zählzone'],
  ['override', 'gesetzter Zustand'],
  ['session', 'Sitzung'],
  ['layout', 'Plan'],
  ['alerts', 'Alarme'],
  ['alert', 'Alarm'],
  ['bays', 'Stellplätze'],
  ['bay', 'Stellplatz'],
  ['codec', 'Codec'],
  ['level', 'Ebene'],
  ['rule', 'Regel'],
  ['sign', 'Anzeige'],
  ['site', 'Anlage'],
  ['user', 'Benutzer'],
  ['wait', 'Warten auf einen Platz'],
  ['zone', 'Zone'],
]

export function objectText(object: string, locale: string): string {
  if (locale !== 'de') return object
  const found = german.find(([begin]) => object === begin || object.startsWith(`${begin} `))
  return found ? `${found[1]}${object.slice(found[0].length)}` : object
}
