/**
 * `mysql://user:password@host:port/database`; anything in the parts is percent-encoded. `?tls=on` asks for a verified server, and
 * `tls-ca=FILE` names the authority that signed its certificate where it is not one of the public ones.
 */
import { readFileSync } from 'node:fs'
import { StoreError } from '../../store.ts'
import type { MysqlAddress } from './mysql-session.ts'

const form = 'mysql://user:password@host:port/database (a "@", "/" or ":" in the password is written %40, %2F, %3A)'

export function mysqlAddress(text: string): MysqlAddress {
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw new StoreError('config', `the database URL cannot be read; it looks like ${form}`, { cause })
  }
  const unknown = [...url.searchParams.keys()].filter((key) => key !== 'tls' && key !== 'tls-ca')
  const tls = url.searchParams.get('tls') ?? 'off'
  if (unknown.length > 0 || !['on', 'off'].includes(tls))
    throw new StoreError('config', `the database URL has two options, tls=on and tls-ca=FILE; it looks like ${form}`)
  const caFile = url.searchParams.get('tls-ca')
  if (caFile !== null && tls !== 'on')
    throw new StoreError('config', 'the database URL has tls-ca without tls=on: the connection would not be encrypted')
  const database = decoded(url.pathname.slice(1))
  if (url.hostname === '' || url.username === '' || database === '' || database.includes('/'))
    throw new StoreError('config', `the database URL names no user, host or database; it looks like ${form}`)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 3306 : Number(url.port),
    user: decoded(url.username),
    password: decoded(url.password),
    database,
    tls: tls === 'on',
    ...(caFile === null ? {} : { tlsCa: authorities(caFile) }),
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new StoreError('config', `the database URL has a stray "%"; it looks like ${form}`, { cause })
  }
}

function authorities(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new StoreError('config', `the file of tls-ca cannot be read: ${(cause as Error).message}`, { cause })
  }
}
