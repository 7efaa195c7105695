import { after, before, describe } from 'node:test'
import { type DatabaseServer, mariadbMissing, startMariadb } from '../store/testing/mariadb-fixture.ts'
import { historySuite } from './testing/history-suite.ts'

const missing = mariadbMissing()
let server: DatabaseServer
before(async () => {
  if (!missing) server = await startMariadb()
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
})

describe('the past in the API, on MariaDB', { skip: missing }, () => {
  historySuite(async () => ({ storeUrl: await server.createDatabase() }))
})
