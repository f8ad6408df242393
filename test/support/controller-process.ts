/** A controller as a process of its own, so that a test can kill it as a power cut would. */
import { silentLog } from '../../src/base/log.ts'
import { runController } from '../../src/controller.ts'

const [credentialsFile = '', folder = ''] = process.argv.slice(2)
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
await runController(
  {
    credentialsFile,
    folder,
    output: 'file',
    jitterSeconds: 0,
    log: silentLog,
    onStatus: (status) => process.stdout.write(`${JSON.stringify(status)}\n`),
  },
  stop.signal,
)
