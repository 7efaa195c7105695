/** What each page is for and what its numbers mean, in German: fetched when the help is opened. */
import type { Route } from './route.ts'

export const helpDe: Readonly<Record<Route, string>> = {
  live: 'Die Stadt jetzt: Ein Klick auf einen Stellplatz zeigt, warum er seinen Zustand hat, und was man tun kann. Frei zählt Plätze, die sicher frei sind; unbekannte zählen nie als frei. Belegung ist belegt geteilt durch bekannt. Ungeklärte Meldungen kamen an und sind nirgends: Es sollten 0 sein.',
  lots: 'Wie voll jede Anlage ist. Frei und belegt gelten für bekannte Stellplätze; gesperrte zählen nicht zur Kapazität. In 1 Stunde ist der Median der Prognose.',
  forecast:
    'Wie viele Plätze frei sein werden, mit dem Bereich, der in 80 von 100 Fällen zutrifft. Die Prognosegüte zeigt, wie oft das so war und um wie viele Plätze der Median daneben lag.',
  reports:
    'Wie voll, wie lange und wo zu handeln ist, über ganze Tage nach der Uhr der Anlage. Unbekannte und gesperrte Zeit steckt in keiner Zahl; beobachtet ist der bekannte Anteil. Umschlag sind Ankünfte je Platz und Tag.',
  alerts:
    'Was einen Menschen braucht, das Dringendste zuerst. Quittieren: Jemand kümmert sich. Zurückstellen: verborgen bis zu einer Zeit. Ein Alarm schließt, wenn seine Bedingung vorbei ist und er quittiert wurde.',
  rules:
    'Wann Alarme ausgelöst werden. Ein Probelauf zeigt, wie oft eine geänderte Regel in den letzten Tagen ausgelöst hätte; gesendet wird dabei nichts.',
  devices:
    'Sensoren und Zähler. Stumm: Länger nichts gehört, als sein Takt erlaubt; sein Stellplatz ist unbekannt. Batterie schwach: nach eigener Meldung. Kein Stellplatz: Messwerte werden aufbewahrt und zählen nach der Zuordnung.',
  inbox:
    'Absender, die noch nicht zählen: Meldungen, die kein Decoder liest, und Geräte ohne Stellplatz. Nichts davon geht verloren; ein gewählter Decoder liest auch die wartenden Meldungen.',
  scan: 'Ordnet Geräte über ihr Etikett den Stellplätzen zu: Code scannen, eintippen oder eine Liste mit Etikett und Stellplatz je Zeile einfügen. Was ein Gerät vorher gesendet hat, zählt von da an.',
  batteries:
    'Wann die Batterien voraussichtlich auf 15 % sind und zu tauschen, nach ihren bisherigen Werten und der Kurve ihres Modells. Ohne genug Werte gibt es kein Datum.',
  signs:
    'Was jede Anzeige zeigt und aus welchen Stellplätzen. Eine Anzeige, der man nicht trauen kann, bleibt leer. Abzug und kleinste Zahl stehen in der Konfiguration.',
  layout:
    'Anlagen, Ebenen und Stellplätze. Ein Entwurf bleibt in diesem Browser, bis er als neue Version veröffentlicht wird; die Historie behält die Version ihrer Zeit. Zurück geht es, indem man eine frühere Version erneut veröffentlicht.',
  pipeline:
    'Der Weg einer Meldung vom Sensor zum Bildschirm. Wartend: angenommen, noch nicht gespeichert. p99: 99 von 100 waren schneller. Differenz 0 heißt: Jede Meldung ist nachgewiesen.',
  losses:
    'Meldungen, die keine Messwerte wurden, nach Tag und Ursache: vor dem Server verloren, abgewiesen oder vom Server verloren.',
  deadLetters:
    'Meldungen, die ankamen und nicht gelesen werden konnten. Ihre Bytes sind aufbewahrt; Ursache beheben und erneut versuchen, oder mit Grund verwerfen.',
  notifications:
    'Nachrichten über Alarme: die Kanäle, was gesendet wurde und was nicht. Kanäle stehen in der Konfiguration.',
  sources:
    'Wo Absender sich verbinden, mit einem Testbefehl je Weg. Die neuesten Meldungen zeigen, was aus jeder wurde: angenommen, doppelt, verspätet, nicht gelesen oder abgewiesen.',
  settings:
    'Sprache, Farben und Tasten dieses Browsers, und die Adressen der öffentlichen Seite, der Tafeln und der Wandanzeige.',
  welcome:
    'Von nichts zu eigenen Stellplätzen auf dem Bildschirm: Sensor verbinden, Stellplätze anlegen, den ersten Messwert sehen.',
  account: 'Ihr Passwort, zweiter Faktor, Passkeys und Sitzungen.',
  users:
    'Wer sich anmelden darf, mit welcher Rolle und für welche Anlagen. Die letzte Verwalterin kann nicht entfernt werden.',
  accessKeys:
    'Schlüssel von Programmen und Token von Absendern. Ein Geheimnis wird einmal gezeigt; ein Recht sagt, was ein Schlüssel darf.',
  auditLog: 'Wer was wann geändert hat. Unversehrtheit: Jeder Eintrag enthält die Prüfsumme des vorigen.',
}
