/** German titles and next steps of the built-in rules, by the English text of the server: for pages and messages. */

/** A text that a person has written is in none of them. */
export const ruleTextsDe: Readonly<Record<string, string>> = {
  Overstay: 'Parkzeit überschritten',
  'Check the bay on site, or send an officer. If the vehicle may stay, shelve the alert with the reason.':
    'Vor Ort nachsehen oder eine Kontrolle schicken. Darf das Fahrzeug stehen bleiben, den Alarm mit Grund zurückstellen.',
  'Sensor is silent': 'Sensor meldet sich nicht',
  'Look whether its gateway and its neighbours are heard. Then check its battery and position on site.':
    'Prüfen, ob Gateway und Nachbarn melden. Dann Batterie und Lage vor Ort prüfen.',
  'Sensor may be stuck': 'Sensor hängt vielleicht',
  'Compare the bay with what stands there. If the sensor is wrong, recalibrate or swap it.':
    'Mit dem vergleichen, was dort steht. Ist der Sensor falsch, neu kalibrieren oder tauschen.',
  'Sensor is flapping': 'Sensor wechselt zu oft',
  'Check the position of the sensor and what moves near it. Recalibrate it, or swap it.':
    'Lage des Sensors prüfen und was sich in der Nähe bewegt. Neu kalibrieren oder tauschen.',
  'Sensors disagree': 'Sensoren widersprechen sich',
  'Look at the bay, and set it by hand until the wrong sensor is repaired.':
    'Den Stellplatz ansehen und von Hand setzen, bis der falsche Sensor repariert ist.',
  'Battery is nearly empty': 'Batterie fast leer',
  'Plan the swap of the sensor or of its battery.': 'Den Tausch des Sensors oder seiner Batterie planen.',
  'Gateway is offline': 'Gateway ist ausgefallen',
  'Check power and network of the gateway. Its devices report again on their own when it is back.':
    'Strom und Netz des Gateways prüfen. Seine Geräte melden wieder, sobald es zurück ist.',
  'Count and bays contradict each other': 'Zählung und Stellplätze widersprechen sich',
  'Count the vehicles and enter a recount. If it comes back, check the gates.':
    'Fahrzeuge zählen und Nachzählung eintragen. Kommt es wieder, die Zählstellen prüfen.',
  'Count is uncertain': 'Zählung ist unsicher',
  'Count the vehicles and enter a recount.': 'Fahrzeuge zählen und Nachzählung eintragen.',
  'Clock of a sensor is wrong': 'Uhr eines Sensors geht falsch',
  'Set the clock of the device or of its gateway. Until then its messages have the time of their arrival.':
    'Die Uhr des Geräts oder des Gateways stellen. Bis dahin gilt für seine Meldungen die Zeit ihrer Ankunft.',
  'Site is full': 'Anlage ist voll',
  'Set the sign of the site to full, and lead drivers to another one.':
    'Die Anzeige der Anlage auf besetzt stellen und Fahrer zu einer anderen leiten.',
  'Site is nearly full': 'Anlage ist fast voll',
  'Prepare to lead drivers to another site.': 'Vorbereiten, Fahrer zu einer anderen Anlage zu leiten.',
  'Forecast misses what is measured': 'Prognose trifft das Gemessene nicht',
  'Look for an event or a closure that the forecast does not know. If it lasts, train it again.':
    'Nach einer Veranstaltung oder Sperrung suchen, die die Prognose nicht kennt. Hält es an, neu trainieren.',
  'Source is down': 'Quelle ist ausgefallen',
  'Open "Sources" for the reason. It is started again at intervals.':
    'Der Grund steht bei den Quellen. Sie wird in Abständen neu gestartet.',
  'Database was away': 'Datenbank war nicht erreichbar',
  'Nothing is lost: messages wait in the journal. Look at the log of the database for the reason.':
    'Nichts ist verloren: Meldungen warten im Journal. Der Grund steht im Protokoll der Datenbank.',
  'Messages could not be decoded': 'Meldungen konnten nicht gelesen werden',
  'Open "Messages received but not decoded", choose a decoder or correct the sender, and retry them.':
    'Nicht lesbare Meldungen öffnen, einen Decoder wählen oder den Sender berichtigen, und sie erneut versuchen.',
  'Messages were lost': 'Meldungen gingen verloren',
  'Open "Data loss" for the cause and the time. Messages that a sender keeps come again; others are gone.':
    'Ursache und Zeit stehen unter Datenverlust. Meldungen, die ein Sender aufbewahrt, kommen wieder; andere sind weg.',
  'Messages are unaccounted for': 'Meldungen sind nicht nachgewiesen',
  'Run an audit of the message balance, and keep the journal: it shows which messages they are.':
    'Die Meldungsbilanz prüfen lassen und das Journal aufbewahren: Es zeigt, welche Meldungen es sind.',
  'Disk is nearly full': 'Datenträger ist fast voll',
  'Free space on the disk with the data directory, or shorten what is kept.':
    'Platz auf dem Datenträger mit dem Datenverzeichnis schaffen oder kürzer aufbewahren.',

  'A vehicle stands longer than the stay rule of its bay allows, with its grace. It clears when the bay is left.':
    'Ein Fahrzeug steht länger, als die Regel seines Stellplatzes samt Kulanz erlaubt. Endet, wenn der Platz verlassen wird.',
  'A device of a bay or a gate has sent nothing for 2.5 times its heartbeat, or for the time that the configuration promises. Its bay is unknown from then on.':
    'Ein Gerät hat für das 2,5-Fache seines Meldeabstands oder die Zeit der Konfiguration nichts gesendet. Sein Stellplatz ist ab dann unbekannt.',
  'A bay has not changed for 20 hours or more, and for so long that its own pattern makes it unlikely (p below 0.000001).':
    'Ein Stellplatz hat sich seit mindestens 20 Stunden nicht geändert, und so lange, dass es nach seinem eigenen Muster unwahrscheinlich ist (p unter 0,000001).',
  'A sensor changes more often than vehicles can.': 'Ein Sensor wechselt öfter, als Fahrzeuge es können.',
  'Two sensors of a bay report different states. The bay is never free meanwhile.':
    'Zwei Sensoren eines Stellplatzes melden Verschiedenes. Er gilt solange nie als frei.',
  'A device reports a low battery, or the trend of its charge over the last 90 days reaches 0 % within fewer days than the threshold. Volts have no trend: what is empty depends on the cell.':
    'Ein Gerät meldet eine schwache Batterie, oder der Trend seiner Ladung über 90 Tage erreicht 0 % früher als die Grenze. Volt haben keinen Trend: Was leer ist, hängt von der Zelle ab.',
  'All devices that a gateway alone carries are silent together, so it is judged offline. Its bays are unknown at once.':
    'Alle Geräte, die nur über ein Gateway melden, schweigen zugleich: Es gilt als ausgefallen. Seine Stellplätze sind sofort unbekannt.',
  'The bays of a count zone contradict its count. It clears with a recount, or when they agree again.':
    'Die Stellplätze einer Zählzone widersprechen ihrer Zählung. Endet mit einer Nachzählung oder wenn beide wieder übereinstimmen.',
  'The band of a count zone is too wide to be useful.': 'Die Unsicherheit einer Zählzone ist zu groß, um zu nützen.',
  'The clock of a device is ahead of the server by more than the threshold, or more than a day behind. Less than that may be a message that was kept and came late.':
    'Die Uhr eines Geräts geht um mehr als die Grenze vor oder mehr als einen Tag nach. Weniger kann eine aufbewahrte Meldung sein, die spät kam.',
  'A site has fewer free bays than the threshold. Decides nothing while less than 90 % of its bays are known.':
    'Eine Anlage hat weniger freie Stellplätze als die Grenze. Urteilt nicht, solange weniger als 90 % bekannt sind.',
  'More of the known bays of a site are taken than the threshold. Decides nothing while less than 90 % of its bays are known.':
    'Von den bekannten Stellplätzen einer Anlage sind mehr belegt als die Grenze. Urteilt nicht, solange weniger als 90 % bekannt sind.',
  'More than the threshold of the forecasts of a site that came due in the last seven days did not hold the measured occupancy in their range of 80 %.':
    'Mehr Prognosen einer Anlage als die Grenze, die in den letzten sieben Tagen fällig wurden, enthielten die gemessene Belegung nicht in ihrer Spanne von 80 %.',
  'A source is down: its line, its broker or its port is not there.':
    'Eine Quelle ist ausgefallen: Ihre Leitung, ihr Broker oder ihr Anschluss ist nicht da.',
  'The processor could not reach the database. It is stored when the database is back, with the times of the outage; /health shows it meanwhile.':
    'Die Verarbeitung konnte die Datenbank nicht erreichen. Gespeichert wird es, wenn sie zurück ist, mit den Zeiten des Ausfalls; bis dahin zeigt es /health.',
  'More messages of a source than the threshold could not be decoded within an hour. They are kept, and a person resolves it.':
    'Mehr Meldungen einer Quelle als die Grenze waren in einer Stunde nicht lesbar. Sie sind aufbewahrt; eine Person erledigt es.',
  'Messages were lost: accepted ones that can no longer be read, bytes or datagrams that the system dropped, time in which no process listened. A person resolves it.':
    'Meldungen gingen verloren: angenommene, die nicht mehr lesbar sind, vom System verworfene, oder Zeit ohne Empfang. Eine Person erledigt es.',
  'The message balance does not add up: messages were received that are unaccounted for.':
    'Die Meldungsbilanz geht nicht auf: Empfangene Meldungen sind nicht nachgewiesen.',
  'Less of the disk with the journal is free than the threshold. A full disk refuses every message.':
    'Vom Datenträger mit dem Journal ist weniger frei als die Grenze. Ein voller Datenträger weist jede Meldung ab.',
}
