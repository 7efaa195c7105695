/** Names of bay types as files have them, in English, German and the values of OpenStreetMap. */
import { type BayType, bayTypes } from '@baykeeper/contract/vocabulary.ts'

/** Beginnings of words, lower case and without accents. */
const beginnings: Readonly<Record<BayType, readonly string[]>> = {
  standard: ['standard', 'normal', 'general', 'regular', 'public', 'yes', 'car', 'pkw', 'stellplatz'],
  disabled: [
    'disab',
    'handicap',
    'behind',
    'barriere',
    'accessib',
    'wheelchair',
    'rollstuhl',
    'blue badge',
    'schwerbehind',
  ],
  ev: [
    'ev',
    'electric',
    'elektro',
    'e-auto',
    'charg',
    'ladeplatz',
    'ladesaule',
    'ladepunkt',
    'ladestation',
    'e-lade',
    'laden',
  ],
  permit: ['permit', 'resident', 'bewohner', 'anwohner', 'dauerparker', 'ausweis'],
  family: ['famil', 'parent', 'eltern', 'mutter', 'child', 'frauen', 'women'],
  loading: ['loading', 'deliver', 'liefer', 'ladezone', 'be- und entlad'],
  motorcycle: ['motorc', 'motorrad', 'motorrader', 'moped', 'krad'],
  staff: ['staff', 'employ', 'mitarbeiter', 'personal', 'beschaftigt'],
  visitor: ['visitor', 'besuch', 'gast', 'guest', 'kunde', 'customer'],
}

export function bayTypeNamed(name: string): BayType | undefined {
  const plain = name.trim().toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')
  if ((bayTypes as readonly string[]).includes(plain)) return plain as BayType
  return bayTypes.find((type) => beginnings[type].some((beginning) => plain.startsWith(beginning)))
}
