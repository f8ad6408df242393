/** In which order the files of tests begin. */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * What takes ten seconds and more, longest first; those that mostly wait stand beside those that mostly compute. A new
 * checkout knows no times yet, and a long file that begins last would be waited for with one core idle.
 */
const longest = [
  'test/chaos/office',
  'test/web/browser',
  'test/end-to-end/way',
  'test/audio/render',
  'test/audio/uploads/take',
  'test/end-to-end/desk',
  'test/web/operator-browser',
  'test/audio/render-variants',
  'test/simulation/province',
  'test/playback/fleet',
  'test/delivery/delivery',
  'test/web/approval-browser',
  'test/web/writing-browser',
  'test/audio/gate/gate',
  'test/cli/refusals',
  'test/audio/processes',
]

/** These first; the others as vitest would have them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
      return found === -1 ? longest.length : found
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
