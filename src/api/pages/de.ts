/** Every text of the pages that the server writes, in German. Descriptions of fields in the reference stay English: they are marked so. */
import { driverDe } from './driver/de.ts'
import type { PageTexts } from './en.ts'
import { html } from './html.ts'
import { summariesDe, tagsDe } from './reference-de.ts'

export const de: PageTexts = {
  publicPage: 'Öffentliche Seite',
  desk: 'Leitstand',
  apiReference: 'API-Referenz',
  parking: 'Parken',
  freeNow: 'jetzt freie Stellplätze',
  simulated: 'Simuliert',
  lots: 'Anlagen',
  driver: driverDe,

  deskTitle: 'Baykeeper-Leitstand',
  deskNeedsScript: html`Der Leitstand braucht JavaScript, <a href="/">die öffentliche Seite</a> nicht.`,
  deskNotBuilt: html`Die Web-Oberfläche ist nicht gebaut: <code>npm run build --workspace web</code> ausführen und neu starten.`,

  signInTitle: 'Am Leitstand anmelden',
  signInFirst: html`Noch gibt es kein Administratorkonto. Der Link, den der Server beim Start ausgegeben hat, legt das erste an. Er gilt einmal und
eine Stunde lang; <code>baykeeper setup-link</code> erzeugt einen neuen.`,
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  signInWrong: 'E-Mail-Adresse oder Passwort stimmt nicht, oder das Konto ist gesperrt.',
  signInByKey: 'Mit diesem Schlüssel anmelden',
  forgotten: html`Passwort vergessen? Unter Benutzer wird ein neuer Link erzeugt, oder mit <code>baykeeper user reset</code> auf dem Rechner des Servers.`,
  passkeyDo: 'Mit Passkey anmelden',
  passkeyFailed: 'Der Browser hat keinen Passkey verwendet.',
  passkeyUnknown: 'Dieser Passkey ist hier nicht bekannt, oder sein Konto ist gesperrt.',
  oidcDo: (provider) => `Mit ${provider} anmelden`,
  oidcDone: 'Angemeldet',
  oidcFaults: {
    unreachable:
      'Der Anbieter antwortet gerade nicht. Versuchen Sie es später, oder melden Sie sich mit einem Passwort an.',
    busy: 'Gerade melden sich zu viele über den Anbieter an. Warten Sie einige Sekunden, und beginnen Sie noch einmal.',
    settings:
      'Diese Anmeldung ist nicht vollständig eingerichtet. Was fehlt, zeigt "baykeeper doctor" dem Administrator.',
    client:
      'Der Anbieter nimmt diesen Server nicht an: Client-ID, Client-Secret oder Rücksprungadresse ist nicht die dort eingetragene.',
    denied: 'Die Anmeldung wurde beim Anbieter abgebrochen.',
    state:
      'Diese Anmeldung wurde in einem anderen Fenster begonnen oder hat zu lange gedauert. Beginnen Sie noch einmal.',
    clock:
      'Die Uhren des Anbieters und dieses Servers gehen zu weit auseinander. Ein Administrator muss die Uhr des Servers stellen.',
    audience:
      'Die Antwort des Anbieters ist für eine andere Anwendung oder von einem anderen Anbieter. Einzelheiten stehen im Protokoll des Servers.',
    answer: 'Die Antwort des Anbieters ist nicht brauchbar. Einzelheiten stehen im Protokoll des Servers.',
    'no-role':
      'Der Anbieter hat bestätigt, wer Sie sind; Ihr Konto dort gibt hier aber keine Rolle. Fragen Sie einen Administrator.',
    'too-many-groups':
      'Der Anbieter lässt Ihre Gruppen weg, weil es zu viele sind: Ihre Rolle ist nicht bekannt. Ein Administrator stellt dort ein, dass nur die Gruppen dieser Anwendung genannt werden.',
    'no-email':
      'Der Anbieter nennt keine E-Mail-Adresse Ihres Kontos, und ein Konto braucht hier eine. Fragen Sie einen Administrator.',
    taken:
      'Zu Ihrer E-Mail-Adresse gibt es hier schon ein Konto, das nicht zum Anbieter gehört. Melden Sie sich mit dessen Passwort an, oder fragen Sie einen Administrator.',
    disabled: 'Ihr Konto hier ist gesperrt. Fragen Sie einen Administrator.',
    'last-admin':
      'Sie sind hier der letzte Administrator, und der Anbieter gibt Ihnen eine andere Rolle. Melden Sie sich mit dem Passwort an, und bestimmen Sie erst einen anderen Administrator.',
  },
  codeTitle: 'Code eingeben',
  codeHow: 'Geben Sie die sechs Ziffern ein, die Ihre App jetzt zeigt, oder einen Ihrer Notfallcodes.',
  code: 'Code',
  codeWrong: 'Dieser Code stimmt nicht, wurde schon benutzt oder ist zu alt. Bitte auf den nächsten warten.',
  codeBlocked: (time) =>
    `Zu viele falsche Codes an einem Tag: Vor ${time} wird keiner angenommen. Ein Passkey meldet Sie weiter an, und ein Administrator kann den zweiten Faktor entfernen.`,
  codeOver: 'Das hat zu lange gedauert, oder es gab zu viele falsche Codes. Bitte erneut anmelden.',
  codeLost: html`Telefon und Notfallcodes verloren? Wer die Rolle admin hat, entfernt den zweiten Faktor unter Benutzer, oder
<code>baykeeper user reset --second-factor</code> auf dem Rechner des Servers.`,
  enrolTitle: 'App für Codes einrichten',
  enrolHow:
    'Ihre Rolle meldet sich mit Passwort und Code an. Scannen Sie dieses Bild mit einer Authenticator-App, und geben Sie die sechs Ziffern ein, die sie zeigt.',
  enrolPicture: 'QR-Code für die App',
  enrolByHand: 'Oder diesen Schlüssel in die App eingeben:',
  enrolDo: 'Bestätigen',
  recoveryTitle: 'Ihre Notfallcodes',
  recoveryHow:
    'Jeder meldet Sie einmal an, wenn das Telefon verloren ist. Bewahren Sie sie so auf, dass niemand sonst sie liest: Sie werden nicht noch einmal gezeigt.',
  recoveryDone: 'Ich habe sie aufbewahrt: zur Leitwarte',
  setupTitle: 'Das erste Administratorkonto anlegen',
  setupHow: 'Dieses Konto darf alles und lädt die anderen ein.',
  setupDo: 'Konto anlegen und Leitstand öffnen',
  ownName: 'Ihr Name',
  passwordTitle: 'Passwort setzen',
  passwordFor: (who) => `Für ${who}.`,
  passwordDo: 'Setzen und Leitstand öffnen',
  passwordRule: 'Mindestens 12 Zeichen. Einige Wörter hintereinander sind gut, Name und E-Mail-Adresse nicht.',
  passwordLinkUsed: html`Ein Link zum Setzen des Passworts gilt einmal, drei Tage lang, und endet, sobald ein neuer erzeugt wird. Einen neuen gibt es unter
Benutzer, oder mit <code>baykeeper user reset</code> auf dem Rechner des Servers.`,
  nameMissing: 'Bitte den Namen eingeben.',
  emailWrong: 'Bitte eine E-Mail-Adresse wie ada@example.org eingeben.',
  passwordFaults: {
    short: 'Dieses Passwort ist zu kurz: mindestens 12 Zeichen.',
    long: 'Dieses Passwort ist zu lang: höchstens 256 Zeichen.',
    simple:
      'Dieses Passwort ist verbreitet, wiederholt sich oder zählt: bitte eines wählen, das schwerer zu erraten ist.',
    personal:
      'Dieses Passwort besteht fast nur aus Name, E-Mail-Adresse oder einem üblichen Wort: bitte ein anderes wählen.',
  },
  apiKey: 'API-Schlüssel',
  signIn: 'Anmelden',
  keyUnknown: 'Dieser API-Schlüssel ist unbekannt oder wurde widerrufen.',

  linkUsedTitle: 'Dieser Link gilt nicht mehr',
  linkUsed: html`Ein Link zum Einrichten gilt einmal, eine Stunde lang, und endet, sobald ein neuer erzeugt wird. Auf dem Rechner mit dem Server
erzeugt <code>baykeeper setup-link</code> einen neuen.`,
  keyInstead: 'Stattdessen mit einem API-Schlüssel anmelden',

  notFoundTitle: 'Seite nicht gefunden',
  notFound: html`Zur <a href="/">öffentlichen Seite</a> oder zum <a href="/desk">Leitstand</a>.`,

  reference: {
    sameAsData: html`Dasselbe als Daten: <a href="/openapi.json">openapi.json</a>. Beschreibungen von Feldern und Antworten sind auf Englisch.`,
    access: html`Wenn nicht <em>offen</em> dabeisteht, braucht ein Endpunkt <code>Authorization: Bearer KEY</code> oder die Sitzung des Leitstands.`,
    curl: html`Die Beispiele verwenden zwei Variablen: <code>BAYKEEPER</code> ist die Adresse dieses Servers ohne Pfad, <code>KEY</code> ein API-Schlüssel. Namen in geschweiften Klammern sind einzusetzen.`,
    sections: 'Abschnitte',
    open: 'offen',
    scope: 'Recht',
    parameter: 'Parameter',
    in: 'in',
    type: 'Typ',
    meaning: 'Bedeutung',
    required: 'Pflicht',
    places: { path: 'Pfad', query: 'Abfrage' },
    body: 'Inhalt',
    field: 'Feld',
    fieldOfItem: 'Feld eines Eintrags',
    or: 'oder',
    listOf: 'Liste von',
    any: 'beliebig',
    default: 'Vorgabe',
    tags: tagsDe,
    summaries: summariesDe,
  },
}
