/** Persons in a text: whoever was trafficked is never named, least of all with where they live. Pure. */
import type { Finding } from './finding.ts'
import { familyNames, institutionBefore, notPersons, placeBefore } from './names.ts'

type Word = { text: string; at: number; end: number; capital: boolean }
/** A name as it stands in the text. `whole`: with a family name; otherwise a given name after “chị”, “em”. */
type Named = { text: string; at: number; end: number; whole: boolean; official: boolean }

/** A name and a village in one paragraph, no further apart than this, are read together. */
const nearCharacters = 160
const namesMax = 5

/** A village, commune or ward by its name or number. A district or province says too little of a person. */
const place =
  /(?<!\p{L})(?:[Tt]hôn|[Bb]ản|[Ll]àng|[Nn]óc|[Kk]hối(?: phố)?|[Tt]ổ(?: dân phố)?|[Xx]óm|[Ấấ]p|[Bb]uôn|[Xx]ã|[Pp]hường|[Tt]hị trấn) (?:số )?(?:\d{1,3}(?!\d)|[IVX]{1,4}(?!\p{L})|\p{Lu})/gu
const official =
  /(?<!\p{L})(?:chủ tịch|bí thư|trưởng thôn|trưởng bản|thôn trưởng|già làng|trưởng công an|công an|cán bộ|đại úy|thượng úy|trung úy|thiếu úy|thiếu tá|trung tá|thượng tá|đại tá|giám đốc|bác sĩ|y sĩ|thầy giáo|cô giáo|hiệu trưởng|luật sư|đồng chí|thủ tướng|bộ trưởng|chủ nhiệm|hội trưởng|phát thanh viên|người đọc|biên tập|tổ trưởng|đội trưởng|đồn trưởng)(?!\p{L})/iu
const kinship = /(?<!\p{L})(?:chị|em|bé|cháu|bà|ông|cô|chú|cậu|dì|anh) $/iu

/**
 * Every person named in the text, of whom the place is named near by too (an error), or who is only named (a
 * warning). `text` has its slots blanked out; `here`: where the slot of the station's own unit stands; `places`:
 * names of communes and villages, which are no persons. Officials named with their office are warned of only.
 */
export function personFindings(
  text: string,
  here: readonly number[],
  places: ReadonlySet<string>,
): Finding[] {
  const words = wordsOf(text)
  const settled = placesIn(text, words, places)
  return namedIn(text, words, settled).map((named) => {
    const spots = [...settled.map(({ at }) => at), ...here]
    const near = spots.some((at) => isNear(text, named, at))
    return findingFor(named, near)
  })
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{M}]+(?:['’ʼ][\p{L}\p{M}]+)*/gu)].map((match) => {
    const [word] = match
    return { text: word, at: match.index, end: match.index + word.length, capital: /^\p{Lu}/u.test(word) }
  })
}

/** Where villages and communes stand: by their kind (“thôn 3”), or by a name that is known. */
function placesIn(
  text: string,
  words: readonly Word[],
  places: ReadonlySet<string>,
): { at: number; end: number }[] {
  const found = [...text.matchAll(place)].map((match) => {
    const name = /\p{Lu}$/u.test(match[0])
      ? words.findIndex(({ end }) => end > match.index + match[0].length - 1)
      : -1
    const last = name === -1 ? undefined : words[lastOfRun(text, words, name)]
    return { at: match.index, end: last?.end ?? match.index + match[0].length }
  })
  for (const [index, word] of words.entries()) {
    if (!word.capital) continue
    const last = lastOfRun(text, words, index)
    for (let end = last; end > index; end--) {
      const until = words[end]?.end ?? word.end
      if (places.has(text.slice(word.at, until))) found.push({ at: word.at, end: until })
    }
  }
  return found
}

function namedIn(
  text: string,
  words: readonly Word[],
  settled: readonly { at: number; end: number }[],
): Named[] {
  const found: Named[] = []
  let index = 0
  while (index < words.length) {
    const last = words[index]?.capital === true ? lastOfRun(text, words, index) : index
    const named = nameAt(text, words, index, last)
    const isPlace = settled.some(({ at, end }) => {
      return named !== undefined && named.end <= end && (named.whole ? at === named.at : at <= named.at)
    })
    if (named !== undefined && !isPlace) found.push(named)
    // The first word of a sentence is a capital whatever it is: the name may begin behind it.
    index = named === undefined && last > index && isFirst(text, words[index]) ? index + 1 : last + 1
  }
  return found
}

function isFirst(text: string, word: Word | undefined): boolean {
  if (word === undefined) return false
  const before = text.slice(Math.max(0, word.at - 8), word.at).trimEnd()
  return word.at === 0 || before === '' || /[.!?…:“"(-]$/u.test(before)
}

function nameAt(text: string, words: readonly Word[], first: number, last: number): Named | undefined {
  const word = words[first]
  const end = words[last]?.end
  if (word?.capital !== true || end === undefined) return undefined
  const before = text.slice(Math.max(0, word.at - 60), word.at)
  const sentence = before.split(/[.!?…\n]/).at(-1) ?? ''
  const name = { text: text.slice(word.at, end), at: word.at, end }
  if (notPersons.test(text.slice(word.at, word.at + 60))) return undefined
  const isOfficial =
    official.test(sentence) || official.test(text.slice(end, end + 25).split(/[.!?…\n]/)[0] ?? '')
  if (last > first && familyNames.has(word.text.toLowerCase())) {
    const middle = words[first + 1]?.text.toLowerCase()
    const plain = middle === 'thị' || middle === 'văn'
    if (institutionBefore.test(sentence) || (!plain && placeBefore.test(sentence))) return undefined
    return { ...name, whole: true, official: isOfficial }
  }
  if (last - first > 1 || !kinship.test(sentence)) return undefined
  return { ...name, whole: false, official: isOfficial }
}

/** The last of the capital words that stand together, one space apart. */
function lastOfRun(text: string, words: readonly Word[], first: number): number {
  let last = first
  while (last - first + 1 < namesMax) {
    const [word, next] = [words[last], words[last + 1]]
    if (word === undefined || next?.capital !== true) break
    if (text.slice(word.end, next.at) !== ' ') break
    last += 1
  }
  return last
}

function isNear(text: string, named: Named, at: number): boolean {
  const [from, to] = at < named.at ? [at, named.at] : [named.end, at]
  if (to - from > nearCharacters) return false
  return !(named.whole ? /\n/ : /[.!?…\n]/).test(text.slice(Math.max(0, from), to))
}

function findingFor(named: Named, near: boolean): Finding {
  const { text, at, end, whole } = named
  const error = near && whole && !named.official
  const place = { ...{ at, length: end - at }, level: error ? ('error' as const) : ('warning' as const) }
  if (error) {
    return {
      ...place,
      rule: 'person-with-place',
      vi: `“${text}” là tên người đứng gần tên thôn, xã: nghe là biết ai, ở đâu. Không bao giờ nêu tên người bị mua bán. Hãy bỏ tên và bỏ nơi ở.`,
      en: `“${text}” is a person’s name near the name of a village or commune: who hears it knows who and where. Victims are never named. Take out the name and the place.`,
    }
  }
  return {
    ...place,
    rule: 'person-named',
    vi: `“${text}” có vẻ là tên người. Nếu là người bị mua bán hay người nhà của họ thì phải bỏ; chỉ giữ tên cán bộ khi người ấy đồng ý.`,
    en: `“${text}” looks like a person’s name. If it is a victim’s or their family’s it must go; keep an official’s name only with their consent.`,
  }
}
