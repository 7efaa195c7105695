/** TLS of the listeners: one certificate for all of them, or for those that are named. */
import * as z from 'zod'
import { readTlsPair, type TlsFiles } from '../lib/tls-pair.ts'
import { sourceList } from '../sources/list.ts'

const ofSources = sourceList.flatMap(({ key, listen }) => (listen?.protocol === 'tcp' ? [key] : []))
/** The pages, and each source that listens on TCP. */
const listenerNames = ['web', ...ofSources]

export const tlsSection = z
  .strictObject({
    certificateFile: z
      .string()
      .min(1)
      .describe('PEM file of the certificate and those between it and the root; a relative path counts from this file'),
    keyFile: z
      .string()
      .min(1)
      .describe('PEM file of its key, without a passphrase; only the user of the server may read it'),
    listeners: z
      .array(z.enum(listenerNames))
      .min(1)
      .default(listenerNames)
      .describe('which listeners speak TLS; default all on TCP'),
  })
  .optional()
  .describe(
    'certificate of the listeners; renewed files are used without a restart. Plain connections are then taken from this machine only',
  )

type TlsSection = z.output<typeof tlsSection>

/** Of the pages (`web`) or a source; undefined where it speaks no TLS. */
export const tlsOf = ({ tls }: { readonly tls?: TlsSection }, listener: string): TlsFiles | undefined =>
  tls?.listeners.includes(listener) ? tls : undefined

/** What is wrong with the pair, as a sentence. */
export function tlsFault(files: TlsFiles): string | undefined {
  try {
    readTlsPair(files)
    return undefined
  } catch (fault) {
    return (fault as Error).message
  }
}
