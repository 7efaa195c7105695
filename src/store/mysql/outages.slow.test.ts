import { outagesOf } from './outages-under-test.ts'

outagesOf('mariadb')
