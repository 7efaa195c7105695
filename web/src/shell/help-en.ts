/** What each page is for and what its numbers mean, in English: fetched when the help is opened. */
import type { Route } from './route.ts'

export const helpEn: Readonly<Record<Route, string>> = {
  live: 'The city now: click a bay to see why it has its state, and to act on it. Free counts bays known to be free; unknown bays are never counted as free. Occupancy is taken bays divided by known ones. Unaccounted messages are those that were received and are nowhere: it should be 0.',
  lots: 'How full each lot is. Free and taken are of bays whose state is known; capacity leaves out closed bays. In 1 hour is the median of the forecast.',
  forecast:
    'How many bays will be free, with the range that holds in 80 of 100 cases. Forecast accuracy shows how often that was so, and how far the median was off, in bays.',
  reports:
    'How full, how long and where to act, over whole days on the clock of the lot. Unknown and closed time is in no figure; observed is the share of bay time that was known. Turnover is arrivals per bay and day.',
  alerts:
    'What needs a person, most severe first. Acknowledge: somebody looks after it. Shelve: hidden until a time. An alert closes when its condition is gone and it was acknowledged.',
  rules:
    'When alerts are raised. A dry run shows how often a changed rule would have raised alerts in the last days; nothing is sent meanwhile.',
  devices:
    'Sensors and counters. Silent: nothing was heard for longer than its heartbeat allows, and its bay is unknown. Low battery: by its own report. No bay: its readings are kept, and count once it is assigned.',
  inbox:
    'Senders that do not count yet: messages that no decoder reads, and devices without a bay. Nothing they send is lost; a decoder that is chosen reads the waiting messages too.',
  scan: 'Assigns devices to bays by their labels: scan the code, type it, or paste a list with a label and a bay on each line. What a device has sent before counts from then on.',
  batteries:
    'When each battery is likely to be down to 15 % and to be replaced, by its own readings so far and the curve of its model. Without enough readings there is no date.',
  signs:
    'What each sign shows and from which bays. A sign that cannot be trusted is blank. Offset and smallest number are in the configuration.',
  layout:
    'Lots, levels and bays. A draft is kept in this browser until it is published as a new version; history keeps the version of its time. To go back, publish an earlier version again.',
  pipeline:
    'The way of a message from sensor to screen. Pending: received and not stored yet. p99: 99 of 100 were faster. Difference 0 means that every message is accounted for.',
  losses:
    'Messages that did not become readings, by day and cause: missing before they reached the server, rejected, or lost by the server.',
  deadLetters:
    'Messages that were received and not decoded. Their bytes are kept; correct the cause and retry, or discard them with a reason.',
  notifications:
    'Messages about alerts: the channels, what was sent and what could not be sent. Channels are in the configuration.',
  sources:
    'Where senders connect, with a command to test each way. Newest messages show what became of each: accepted, duplicate, late, not decoded or rejected.',
  settings: 'Language, theme and keys of this browser, and the addresses of the public page, boards and wall display.',
  welcome: 'From nothing to own bays on the screen: connect a sensor, make bays, see the first reading.',
  account: 'Your password, second factor, passkeys and sessions.',
  users: 'Who may sign in, and with which role and lots. The last administrator cannot be removed.',
  accessKeys: 'Keys of programs and tokens of senders. A secret is shown once; a scope limits what a key may do.',
  auditLog: 'Who changed what and when. Integrity: each entry holds the checksum of the one before.',
}
