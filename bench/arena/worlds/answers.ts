/** World of short answers: facts about machines, looked up in a record. */
import type { Random } from '../../../server/src/base/random.ts'
import { type ArenaExample, chance, drawCase, type Need, pick, type Wanted, type WorldShape } from '../world.ts'

export const answers: WorldShape = {
  name: 'answers',
  signature: `name: AnswerFromRecord
instructions: Answer the question from the record.
inputs:
  record: { type: str, desc: The record }
  question: { type: str, desc: The question }
outputs:
  answer: { type: str, desc: The answer }
  source: { type: str, desc: Where it stands }
  certainty: { type: 'Literal["sure", "likely", "unsure"]', desc: How certain it is }
metrics:
  answer_match: { kind: exact_match, field: answer, weight: 2 }
  source_match: { kind: exact_match, field: source }
  certainty_match: { kind: exact_match, field: certainty }
threshold: 0.95
`,
  rules: [
    {
      id: 'unit',
      field: 'answer',
      say: [
        'Write units as symbols, such as kg.',
        "Use the unit's abbreviation, not the word.",
        'Give measurements with abbreviated units (kg instead of kilograms).',
        'Units are shortened: kg, never kilograms.',
        'Always abbreviate the unit of measure.',
      ],
      heard: [
        [/abbreviat|symbol|shorten|short form|shorthand/i, /unit|measur|kilogram|\bkg\b/i],
        [/\bkg\b/i, /\bnot\b|instead|rather|never/i],
      ],
    },
    {
      id: 'surname',
      field: 'answer',
      say: [
        'Give people as surname, comma, first name.',
        "Write a person's family name first, as in Brandt, Ada.",
        'Names of people are inverted: last name, then given name.',
        'The surname comes before the first name.',
        'Put the last name in front, followed by a comma and the first name.',
      ],
      heard: [[/surname|family name|last name/i, /first|comma|before|invert|then|front/i]],
    },
    {
      id: 'year',
      field: 'answer',
      say: [
        'Dates are given as the year alone.',
        'Answer questions of when with the four-digit year only.',
        'Leave out the month of a date.',
        'For a date, nothing but the year counts.',
        'Reduce dates to the year, without the month.',
      ],
      heard: [
        [/\byears?\b|yyyy/i, /\bonly\b|alone|suffic|\bjust\b|nothing but|reduce|without|leave|omit|drop/i],
        [/month/i, /leave|omit|drop|without|never|\bnot?\b|exclude/i],
      ],
    },
    {
      id: 'absent',
      field: 'answer',
      say: [
        'Answer "not stated" when the record does not say.',
        'If the record lacks the fact, reply "not stated".',
        'A fact that is missing from the record is "not stated".',
        'Write "not stated" for questions that the record leaves open.',
        'Never guess: what is not in the record is answered by "not stated".',
      ],
      heard: [[/not stated/i]],
    },
    {
      id: 'brief',
      field: 'answer',
      say: [
        'At most four words.',
        'Give only the fact itself, never a sentence.',
        'Keep it to a few words, not a full sentence.',
        'The bare value, 1-4 words.',
        'No complete sentences; the phrase alone.',
      ],
      heard: [
        [/sentence/i, /\bnot?\b|never|without|avoid|rather than|instead/i],
        [
          /(at most|maximum|max\.?|up to|no more than|under|within|only|than)\s+(of\s+)?(two|three|four|five|six|\d+)\s+words/i,
        ],
        [/(\d+|one)\s*(-|–|to|and)\s*(\d+|two|three|four|five|six)\s+words?/i],
        [/bare|just the|only the|nothing but|alone|itself/i, /value|fact|phrase|answer\b/i],
        [/few|short|brief|concise/i, /words|phrase/i],
      ],
    },
    {
      id: 'form',
      field: 'source',
      say: [
        'Write the record number, a slash and the section number, such as AN1234/2.',
        'Use the form AN1234/2: record, slash, section.',
        'Join record and section by a slash, without words.',
        'The pattern is record number/section number.',
        'Record number first, then a slash, then the section.',
      ],
      heard: [[/slash/i], [/[A-Z]{2}\d{3,4}\/\d/], [/number\/section|record\/section|id\/section/i]],
    },
    {
      id: 'lone',
      field: 'source',
      say: [
        'Leave the section out when the record has only one.',
        'A record with a single section is cited by its number alone.',
        'If there is just one section, give the record number without it.',
        'Only one section: omit it.',
        'Name no section for records of one section.',
      ],
      heard: [[/section/i, /only one|single|one section|just one|\bsole\b|only section/i]],
    },
    {
      id: 'nowhere',
      field: 'source',
      say: [
        'Write "-" when nothing in the record supports the answer.',
        'A hyphen "-" stands for no source.',
        'If the record does not say, give a dash.',
        'Use "-" where there is no place to cite.',
        'Without a source, write a single hyphen.',
      ],
      heard: [[/["'“`‘]-["'”`’]|\bdash\b|hyphen|minus sign/i]],
    },
    {
      id: 'hearsay',
      field: 'certainty',
      say: [
        'What is only reported is "likely".',
        'Choose likely when the record hedges, as with "reportedly".',
        'Facts that the record qualifies (reportedly) are likely, not sure.',
        'Hearsay counts as likely.',
        'Use "likely" if the statement is marked as reported by others.',
      ],
      heard: [[/likely/i, /report|hedg|said to|hearsay|rumou?r|second.?hand|alleged|apparent|qualif/i]],
    },
    {
      id: 'open',
      field: 'certainty',
      say: [
        'Choose unsure when the record does not say.',
        'A missing fact is "unsure".',
        'If the record lacks the answer, certainty is unsure.',
        'Unanswerable questions get "unsure".',
        'Use unsure where the fact is absent.',
      ],
      heard: [
        [
          /unsure/i,
          /not stated|not say|n't say|missing|absent|lack|no answer|unanswer|not given|not in\b|silent|without/i,
        ],
      ],
    },
    {
      id: 'archived',
      field: 'certainty',
      say: [
        'Archived records are never better than "unsure".',
        'If the record is marked as archived, choose unsure.',
        'An archived record makes the answer unsure.',
        'Use unsure for outdated (archived) records.',
        'Records in the archive count as unsure.',
      ],
      heard: [[/archiv|outdated/i, /unsure/i]],
    },
  ],
  harms: [
    {
      id: 'polite',
      field: 'answer',
      say: ['Answer politely in complete English.', 'Always repeat the question in the answer for context.'],
      heard: [[/polite/i], [/repeat the question/i]],
      against: ['brief', 'unit', 'year'],
    },
    {
      id: 'cite',
      field: 'source',
      say: ['Explain in words where in the record it was found.', 'Describe the place in detail.'],
      heard: [[/explain|describe|detail/i, /where|place/i]],
      against: ['form', 'lone', 'nowhere'],
    },
    {
      id: 'bold',
      field: 'certainty',
      say: ['Be confident: prefer "sure".', 'Prefer sure whenever an answer was given.'],
      heard: [[/prefer|confident/i, /\bsure\b/i]],
      against: ['hearsay', 'open', 'archived'],
    },
  ],
  example,
}

const makers = ['Harlan', 'Brodd', 'Kessel', 'Oram', 'Tamm', 'Vire'] as const
const things = ['pump', 'lathe', 'press', 'kiln', 'loom', 'crane', 'winch'] as const
const first = ['Ada', 'Noor', 'Ivo', 'Lena', 'Tom', 'Mia', 'Sven'] as const
const last = ['Brandt', 'Okoye', 'Lind', 'Castell', 'Moreau', 'Haas', 'Duarte'] as const
const towns = ['Lund', 'Porto', 'Graz', 'Ghent', 'Turku', 'Bergen'] as const
const months = ['January', 'March', 'May', 'July', 'October', 'November'] as const

function example(random: Random, key: string): ArenaExample {
  const thing = pick(random, things)
  const weight = (20 + random.int(400)) / 2
  const person = { first: pick(random, first), last: pick(random, last) }
  const town = pick(random, towns)
  const month = pick(random, months)
  const year = 1950 + random.int(70)
  const section = 2 + random.int(4)
  const about = drawCase(random, { weight: 0.3, person: 0.25, date: 0.2, town: 0.1, nothing: 0.15 })
  const lone = about !== 'nothing' && chance(random, 0.25)
  const status = drawCase(random, { plain: 0.4, reported: 0.35, archived: 0.25 })
  const reportedly = status === 'reported' ? ' reportedly' : ''
  const record = [
    `${key}${status === 'archived' ? ' (archived)' : ''}, ${lone ? 'one section' : `section ${section}`}:`,
    `The ${thing} of ${pick(random, makers)} Works${reportedly} weighs ${weight} kilograms.`,
    `It was${reportedly} designed by ${person.first} ${person.last}`,
    `and has${reportedly} been built in ${town} since ${month} ${year}.`,
  ].join(' ')
  const { question, ...answer } = {
    weight: {
      question: 'What does it weigh?',
      gold: `${weight} kg`,
      needs: [{ rule: 'unit', wrong: `${weight} kilograms` }],
    },
    person: {
      question: 'Who designed it?',
      gold: `${person.last}, ${person.first}`,
      needs: [{ rule: 'surname', wrong: `${person.first} ${person.last}` }],
    },
    date: {
      question: 'Since when is it built?',
      gold: `${year}`,
      needs: [{ rule: 'year', wrong: `${month} ${year}` }],
    },
    town: { question: 'Where is it built?', gold: town, needs: [] },
    nothing: {
      question: 'What does it cost?',
      gold: 'not stated',
      needs: [{ rule: 'absent', wrong: 'unknown price' }],
    },
  }[about]
  const brief = about === 'town' || (about !== 'nothing' && chance(random, 0.25))
  const chatty: Need = { rule: 'brief', wrong: `According to the record it is ${answer.gold} for this ${thing}.` }
  return {
    key,
    inputs: { record, question },
    outputs: {
      answer: { gold: answer.gold, needs: brief ? [...answer.needs, chatty] : answer.needs, slip: 'no idea' },
      source: sourceOf(key, section, about === 'nothing', lone),
      certainty: certaintyOf(about === 'nothing', status),
    },
  }
}

function sourceOf(key: string, section: number, nowhere: boolean, lone: boolean): Wanted {
  const slip = 'XX0000/9'
  if (nowhere) return { gold: '-', needs: [{ rule: 'nowhere', wrong: 'nowhere in it' }], slip }
  if (lone) return { gold: key, needs: [{ rule: 'lone', wrong: `${key}/1` }], slip }
  return { gold: `${key}/${section}`, needs: [{ rule: 'form', wrong: `record ${key}, section ${section}` }], slip }
}

function certaintyOf(open: boolean, status: 'plain' | 'reported' | 'archived'): Wanted {
  if (status === 'archived') return { gold: 'unsure', needs: [{ rule: 'archived', wrong: 'sure' }], slip: 'likely' }
  if (open) return { gold: 'unsure', needs: [{ rule: 'open', wrong: 'likely' }], slip: 'sure' }
  if (status === 'reported') return { gold: 'likely', needs: [{ rule: 'hearsay', wrong: 'sure' }], slip: 'unsure' }
  return { gold: 'sure', needs: [], slip: 'likely' }
}
