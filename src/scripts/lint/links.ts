/** Links and addresses in a text that lead out of the country's own names. Pure. */
import type { Fact } from '../content.ts'
import type { Finding } from './finding.ts'

/** With a scheme or www; a bare name with one of the usual ends; a mail address. */
const links =
  /(?:[a-z][a-z0-9+.-]{1,15}:\/\/|www\.)[^\s<>"”’)\]]+|(?<![\p{L}\p{N}@.-])(?:[a-z0-9._%+-]{1,64}@)?(?:[a-z0-9-]{1,63}\.)+(?:com|net|org|info|biz|vn|io|ly|cc|tk|top|xyz|online|site|shop|club|app|link|gl|co|ru|cn|kh|la|mm|us|tv|asia|me|ph)(?![\p{L}\p{N}-])(?:\/[^\s<>"”’)\]]*)?/giu

/** Every link whose host neither ends in .vn nor stands in a fact: people who hear it type it, and who owns it may change. */
export function linkFindings(text: string, facts: Iterable<Fact>): Finding[] {
  const known = new Set(
    [...facts].flatMap(({ value }) => [...value.matchAll(links)].map(([link]) => hostOf(link))),
  )
  return [...text.matchAll(links)].flatMap((match): Finding[] => {
    const link = match[0].replace(/[.,;:!?…]+$/, '')
    const host = hostOf(link)
    if (isOurs(host) || known.has(host)) return []
    return [
      {
        rule: 'foreign-link',
        level: 'error',
        at: match.index,
        length: link.length,
        vi: `Địa chỉ “${shortened(link)}” không thuộc tên miền .vn và không có trong sổ dữ kiện. Hãy bỏ đi, hoặc ghi vào sổ dữ kiện kèm nguồn.`,
        en: `The address “${shortened(link)}” is neither a .vn name nor in the register of facts. Take it out, or enter it there with its source.`,
      },
    ]
  })
}

/** The host a browser would go to, which is not always the first name that is read. */
function hostOf(link: string): string {
  const bare = link.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
  const authority = bare.split(/[/?#\\]/)[0] ?? ''
  return (authority.split('@').at(-1) ?? '').replace(/:\d+$/, '').replace(/\.+$/, '').toLowerCase()
}

function isOurs(host: string): boolean {
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.vn$/.test(host)
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
