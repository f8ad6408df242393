/** One named logger for each part of a process; lines are JSON on standard error, so that stdout stays for results. */
import { destination, pino } from 'pino'

export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** A logger whose lines carry the part's name. */
  child(fields: { part: string }): Log
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** The process's logger. Secrets by their usual names are cut out before a line is written. */
export function createLog(level: LogLevel): Log {
  return pino(
    {
      level,
      base: null,
      redact: ['password', '*.password', 'passphrase', '*.passphrase', 'privateKey', '*.privateKey'],
    },
    destination({ dest: 2, sync: true }),
  )
}

/** A logger that says nothing, for tests and one-shot commands. */
export const silentLog: Log = createLog('silent')
