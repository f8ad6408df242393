/** Processor time of some work, this process and every programme it started and waited for. */
import { readFileSync } from 'node:fs'

export type Cost = { cpu: number; wall: number }

/** What the work took, in seconds. Programmes count when they have ended, so the work must wait for them. */
export async function costOf(work: () => unknown): Promise<Cost> {
  const [own, children, began] = [process.cpuUsage(), childSeconds(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(own)
  return {
    cpu: (user + system) / 1e6 + childSeconds() - children,
    wall: (performance.now() - began) / 1000,
  }
}

/** User and system time of children that have ended, from the kernel's own count (in hundredths of a second). */
function childSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  // The second field is the programme's name in brackets and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}
