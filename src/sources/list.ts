/** Every source. A new one is a folder and a line here. */
import type { SourceDeclaration } from './declaration.ts'
import { http } from './http/declaration.ts'
import { mqttBroker } from './mqtt/broker-declaration.ts'
import { mqttClient } from './mqtt/client-declaration.ts'
import { networkStorage } from './network-storage/declaration.ts'
import { pull } from './pull/declaration.ts'
import { serial } from './serial/declaration.ts'
import { tcp } from './tcp/declaration.ts'
import { udp } from './udp/declaration.ts'

const declared = [http, mqttBroker, tcp, udp, serial, mqttClient, pull, networkStorage] as const

/** In the order in which people are shown them. */
export const sourceList: readonly SourceDeclaration[] = declared

type Sections = { readonly [One in (typeof declared)[number] as One['key']]: One['settings'] }
/** The section of each source, for the schema of the configuration. */
export const sections = Object.fromEntries(declared.map(({ key, settings }) => [key, settings])) as unknown as Sections
