/** Files that channels of notifications name: a relative path counts from the directory of the configuration file. */
import path from 'node:path'
import { readUtf8File } from '../lib/utf8-file.ts'
import type { ChannelSettings, NotificationSettings } from '../notify/settings.ts'

interface FileFault {
  readonly at: readonly PropertyKey[]
  readonly message: string
}

const fileFields = ['secretFile', 'caFile'] as const

/** The settings with absolute paths, and the files that cannot be used. Secrets are read later, where they are needed. */
export function notificationFiles(
  settings: NotificationSettings,
  dir: string,
): { settings: NotificationSettings; faults: readonly FileFault[] } {
  const faults: FileFault[] = []
  const channels = Object.entries(settings.channels).map(([name, channel]): [string, ChannelSettings] => {
    const files = fileFields.flatMap((field) => {
      const given = channel[field]
      if (given === undefined) return []
      const file = path.resolve(dir, given)
      const message = faultOf(file)
      if (message !== undefined) faults.push({ at: ['notifications', 'channels', name, field], message })
      return [[field, file] as const]
    })
    return [name, { ...channel, ...Object.fromEntries(files) }]
  })
  return { settings: { ...settings, channels: Object.fromEntries(channels) }, faults }
}

function faultOf(file: string): string | undefined {
  try {
    return readUtf8File(file).trim() === '' ? `${file} is empty` : undefined
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    return code === undefined ? message : `${file} cannot be read (${code})`
  }
}
