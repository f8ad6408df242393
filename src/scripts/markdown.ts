/** A script as the Markdown of content/: what `readScript` reads, written. Pure. */
import { Document, isScalar, Scalar } from 'yaml'
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
  const yaml = new Document(frontMatterOf(id, head))
  for (const field of ['valid_from', 'valid_to']) {
    // Other programmes would read a bare day as a moment, and show another day in another time zone.
    const day = yaml.get(field, true)
    if (isScalar(day)) day.type = Scalar.QUOTE_SINGLE
  }
  return `---\n${yaml.toString({ lineWidth: 0, singleQuote: true })}---\n\n${body}\n`
}
