/**
 * A source as one value: everything that the rest of the server has to know about it. Each source exports its own, and `list.ts` lists
 * them. Configuration, command line, doctor, banner, documentation, main and intake read that list and know no source by its name.
 *
 * Every command loads the list, so a declaration imports what receives (`create`) and what looks (`preflight`) only when it is called.
 */
import type { SourceKind } from '@baykeeper/contract/vocabulary.ts'
import type * as z from 'zod'
import type { MissingUplinks } from '../domain/missing-uplinks.ts'
import type { Finding } from '../lib/finding.ts'
import type { TlsFiles } from '../lib/tls-pair.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import type { Source, TokenCheck } from './source.ts'

export interface SourceDeclaration<Key extends string = string, Settings extends z.ZodType = z.ZodType> {
  /** Its section of the configuration. A listening source announces its URL under this key too. */
  readonly key: Key
  /** `Source.kind` of what it creates. */
  readonly kind: SourceKind
  readonly settings: Settings
  /** The socket that `main` provides. Absent: the source opens its lines itself, and nothing is received until a line is configured. */
  readonly listen?: Listener
  /** Command line option that sets the whole section. The option of a listening source sets its port (`listen.flag`). */
  readonly option?: SectionOption
  /** Its senders send again what was not acknowledged: they wait when the disk is nearly full, and lose nothing while no server runs. */
  readonly resends: boolean
  /** Names of sources that no token may have: these, these with a number (`mqtt-2`), and the ones of `reservedAlso`. */
  readonly reserved: readonly string[]
  readonly reservedAlso?: readonly string[]
  /** Before its URL or its lines in the banner of a start. */
  readonly bannerName: string
  /** Its row in docs/specs/sources.md. */
  readonly promise: SourcePromise

  /** The sources that these settings ask for. `namesOf`: names of the sources of another section. */
  named(settings: z.output<Settings>, namesOf: (key: string) => readonly string[]): readonly NamedSource[]
  /** What is right alone and wrong together. */
  faults?(settings: z.output<Settings>): readonly SettingsFault[]
  /** What can lose readings, tried beside the server, which need not run. */
  preflight?(settings: z.output<Settings>): Promise<readonly Finding[]>
  /** Where each line that it opens itself comes from, for the banner. The banner has the URL of a listening source. */
  lines?(settings: z.output<Settings>): readonly string[]
  /** Device files of this machine, announced with the URLs of the server. */
  devices?(settings: z.output<Settings>): readonly string[]
  /** The source at this place among those that `named` returned. */
  create(settings: z.output<Settings>, index: number, context: CreateContext): Promise<Source>
}

export interface Listener {
  /**
   * `tcp`: bound by `main` and handed over as a descriptor, so that it outlives the process that listens on it. `udp`: a free port is found by
   * `main`; only the process that reads can hold it.
   */
  readonly protocol: 'tcp' | 'udp'
  /** Of the URL that people are shown. */
  readonly scheme: string
  /** Added to the URL in the banner. */
  readonly path?: string
  /** For people: "port 7001 for TCP lines is taken". */
  readonly label: string
  /** Option that sets the port; the name of the environment variable is derived from it. */
  readonly flag: string
  /** How a sender beyond this machine is known. `address`: the protocol has no password, so a list of addresses is required. */
  readonly admits: 'token' | 'address'
}

/** What every listening source has among its settings. */
export interface ListenerSettings {
  readonly port: number | 'off'
  /** Where it admits by address. */
  readonly allow?: readonly string[]
  /** `token`: only senders with a token, so that no list is required. */
  readonly access?: 'listed' | 'token'
}

export interface SectionOption {
  readonly flag: string
  readonly placeholder: string
  readonly about: string
  read(text: string): unknown
}

export interface SourcePromise {
  readonly source: string
  readonly acknowledged: string
  /** When nothing can be accepted. */
  readonly refusing: string
  readonly counted: string
}

export interface NamedSource {
  readonly name: string
  /** The setting that names it, or its section where the name is fixed. */
  readonly at: readonly (string | number)[]
  /** For people: "serial port 2". */
  readonly what: string
}

export interface SettingsFault {
  readonly at: readonly (string | number)[]
  readonly message: string
}

export interface CreateContext {
  readonly name: string
  /** The server is closed to the network. */
  readonly isLoopback: boolean
  readonly tokens: TokenCheck
  /** Of all listeners together. */
  readonly connections: ConnectionLimits
  /** What the source of this name should have brought and did not, as processing has found. */
  missingOf(source: string): MissingUplinks
  /** The socket that `main` has bound. */
  boundSocket(): { readonly fd: number; readonly tls?: TlsFiles }
  /** Where to bind a UDP socket: the port before a restart, when there was one. */
  datagramAddress(): { readonly host: string; readonly port: number }
  /** The port of a UDP socket, once it is bound. */
  onDatagramPort(port: number): void
}

export const declareSource = <const Key extends string, Settings extends z.ZodType>(
  declaration: SourceDeclaration<Key, Settings>,
): SourceDeclaration<Key, Settings> => declaration

export const declareListener = <const Key extends string, Settings extends z.ZodType<ListenerSettings>>(
  declaration: SourceDeclaration<Key, Settings> & { readonly listen: Listener },
): SourceDeclaration<Key, Settings> & { readonly listen: Listener } => declaration
