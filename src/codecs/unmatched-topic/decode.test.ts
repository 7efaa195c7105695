import path from 'node:path'
import { runCases } from '../codec-cases.ts'
import { unmatchedTopicCodec } from './decode.ts'

runCases(() => unmatchedTopicCodec, path.join(import.meta.dirname, 'cases'))
