/** Notes of a dry run in German, by the English text of the server. Pure. */

const quantities: Readonly<Record<string, string>> = { bays: 'Stellplätze', places: 'Orte' }

const notes: readonly (readonly [english: RegExp, german: (...parts: string[]) => string])[] = [
  [
    /^What is stored does not show when the condition of this rule held: it cannot be evaluated\.$/,
    () =>
      'Aus dem Gespeicherten geht nicht hervor, wann die Bedingung dieser Regel erfüllt war: Sie kann nicht geprüft werden.',
  ],
  [
    /^Nothing that this rule watches was known on the last (\d+) days: it cannot be evaluated\.$/,
    (days) =>
      `In den letzten ${days} Tagen war nichts von dem bekannt, was diese Regel beobachtet: Sie kann nicht geprüft werden.`,
  ],
  [
    /^The mark "(.+)" is stored with changes of a bay: where nothing else changed, its begin is not known and it may be missing\.$/,
    (flag) =>
      `Das Kennzeichen „${flag}“ wird mit Wechseln eines Stellplatzes gespeichert: Wo sich sonst nichts geändert hat, ist sein Beginn nicht bekannt, und es kann fehlen.`,
  ],
  [
    /^Only the first (\d+) of (\d+) (\w+) were evaluated: narrow the scope\.$/,
    (most, all, what = '') =>
      `Nur die ersten ${most} von ${all} wurden geprüft (${quantities[what] ?? what}): Geltungsbereich einschränken.`,
  ],
  [
    /^Only the newest (\d+) overstays were evaluated\.$/,
    (n) => `Nur die neuesten ${n} Überschreitungen der Parkzeit wurden geprüft.`,
  ],
  [
    /^Occupancy is known by the minute, and by the quarter of an hour where minutes are not stored\.$/,
    () =>
      'Die Belegung ist auf die Minute genau bekannt, und auf die Viertelstunde, wo keine Minuten gespeichert sind.',
  ],
]

/** A note that is not known here stays as the server wrote it. */
export function dryNoteInGerman(note: string): string {
  for (const [english, german] of notes) {
    const found = english.exec(note)
    if (found) return german(...found.slice(1))
  }
  return note
}
