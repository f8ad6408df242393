/** A script as the Markdown of content/: what `readScript` reads, written. Pure. */
import { stringify } from 'yaml'
import type { ScriptHead, ScriptSource } from './source.ts'

/** The fields of the front matter, named and ordered as in the files of content/. */
export function frontMatterOf(script: string, head: ScriptHead): Record<string, unknown> {
  return {
    ...(head.kind === 'greeting' ? { kind: head.kind } : {}),
    title: head.title,
    title_en: head.titleEn,
    slug: script,
    audience: head.audience,
    language: head.language,
    valid_from: head.validFrom,
    valid_to: head.validTo ?? '',
    priority: head.priority,
    demo: head.demo,
    facts: head.facts,
    sources: head.sources,
    summary_en: head.summaryEn,
  }
}

/** The file of a script: `readScript` of it gives the same script again. */
export function scriptMarkdown({ id, body, ...head }: ScriptSource): string {
  // Quoted where YAML itself could read something else than text (a day, a number, yes); one line for each value.
  const yaml = stringify(frontMatterOf(id, head), { lineWidth: 0, singleQuote: true, version: '1.1' })
  return `---\n${yaml}---\n\n${body}\n`
}
