import { outagesOf } from '../../testing/outages-under-test.ts'

outagesOf('mysql')
