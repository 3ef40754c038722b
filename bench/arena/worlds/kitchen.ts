/** World of lists: what a recipe takes, in ingredients, allergens and minutes. */
import type { Random } from '../../../server/src/base/random.ts'
import { type ArenaExample, drawCase, pick, type Wanted, type WorldShape } from '../world.ts'

export const kitchen: WorldShape = {
  name: 'kitchen',
  signature: `name: ReadRecipe
instructions: Read the recipe.
inputs:
  note: { type: str, desc: The recipe }
outputs:
  ingredients: { type: 'list[str]', desc: The ingredients }
  allergens: { type: 'list[str]', desc: The allergens }
  minutes: { type: int, desc: The time }
metrics:
  ingredients_f1: { kind: set_f1, field: ingredients }
  allergens_f1: { kind: set_f1, field: allergens }
  minutes_match: { kind: numeric, field: minutes }
threshold: 0.95
`,
  rules: [
    {
      id: 'bare',
      field: 'ingredients',
      say: [
        'Leave out the quantities.',
        'Names alone, without amounts or units.',
        'Do not write how much: no quantities.',
        'Drop numbers and measures from each item.',
        'List each item without its amount.',
      ],
      heard: [
        [/quantit|amount|number|measure|\bunits?\b/i, /\bnot?\b|without|leav|omit|drop|never|strip|exclud|free/i],
      ],
    },
    {
      id: 'singular',
      field: 'ingredients',
      say: [
        'Use the singular.',
        'Each item in singular form, tomato rather than tomatoes.',
        'Never use plurals.',
        'Write items in the singular, such as egg.',
        'No plural forms.',
      ],
      heard: [[/singular/i], [/plural/i, /\bnot?\b|never|avoid|without/i]],
    },
    {
      id: 'optional',
      field: 'ingredients',
      say: [
        'Leave out optional ingredients.',
        'What is optional does not count.',
        'Skip anything marked as optional.',
        'Optional garnishes are not listed.',
        'Ignore ingredients that may be left away.',
      ],
      heard: [[/optional|garnish|may be left|if you like/i, /leav|omit|skip|drop|\bnot\b|exclud|ignor|without|never/i]],
    },
    {
      id: 'staples',
      field: 'ingredients',
      say: [
        'Water and salt are not listed.',
        'Leave out staples such as salt and water.',
        'Omit salt and water.',
        'Never list water or salt.',
        'Skip salt, water and other staples.',
      ],
      heard: [[/\bwater\b|\bsalt\b|staple/i, /leav|omit|skip|drop|\bnot\b|exclud|ignor|without|never/i]],
    },
    {
      id: 'groups',
      field: 'allergens',
      say: [
        'Only these words: gluten, dairy, egg, nuts, fish, none.',
        'Name the group: gluten, dairy, egg, nuts or fish.',
        'Each is one of gluten, dairy, egg, nuts, fish.',
        'Use the class (gluten, dairy, nuts, egg, fish), not the ingredient.',
        'Allowed: dairy, egg, fish, gluten, nuts.',
      ],
      heard: [
        [/gluten/i, /dairy/i, /\bnuts?\b|\beggs?\b|fish/i],
        [/group|class|category/i, /\bnot\b|instead|rather|name/i],
      ],
    },
    {
      id: 'butter',
      field: 'allergens',
      say: [
        'Butter and cream count as dairy.',
        'Milk products such as butter are dairy.',
        'If there is butter, list dairy.',
        'Dairy includes butter, cream and cheese.',
        'Treat butter as dairy.',
      ],
      heard: [[/butter|cream|cheese|milk/i, /dairy/i]],
    },
    {
      id: 'nothing',
      field: 'allergens',
      say: [
        'If there are no allergens, give the one item "none".',
        'Write "none" instead of an empty list.',
        'Without allergens the list holds the word none.',
        'Never leave the list empty: use none.',
        'When nothing applies, answer ["none"].',
      ],
      heard: [[/["'“`‘]none["'”`’]/i], [/\bnone\b/i, /\bif\b|when|without|empty|absent|nothing|\bno\b/i]],
    },
    {
      id: 'sauce',
      field: 'allergens',
      say: [
        'Worcester sauce contains fish.',
        'Sauces count by what is in them: Worcester sauce is fish.',
        'Look for hidden allergens, as fish in Worcester sauce.',
        'If Worcester sauce is used, list fish.',
        'Fish hides in Worcester sauce.',
      ],
      heard: [[/sauce|worcester|hidden/i, /fish|what is in|contain/i]],
    },
    {
      id: 'rest',
      field: 'minutes',
      say: [
        'Resting time counts, too.',
        'Add the time of resting to the time of cooking.',
        'The total time includes resting.',
        'Include resting and chilling.',
        'Sum of cooking and waiting time.',
      ],
      heard: [[/\brest|chill|cool|wait|marinat/i, /includ|count|\badd|plus|total|sum|\btoo\b/i]],
    },
    {
      id: 'range',
      field: 'minutes',
      say: [
        'Of a range, take the upper end.',
        'Use the larger number of a range.',
        'If a time is given as from-to, the longer one counts; a range never gives the lower.',
        'For ranges the maximum is meant.',
        'A range stands for its higher bound.',
      ],
      heard: [
        [
          /range|from.?to|between|span|two times/i,
          /upper|higher|highest|larger|largest|longer|latter|maximum|greater/i,
        ],
      ],
    },
    {
      id: 'hours',
      field: 'minutes',
      say: [
        'Convert hours to minutes.',
        'One hour is 60 minutes.',
        'Hours are multiplied by 60.',
        'Give hours as minutes.',
        'Times in hours must be turned into minutes.',
      ],
      heard: [[/hour/i, /minute|convert|60|sixty/i]],
    },
  ],
  harms: [
    {
      id: 'complete',
      field: 'ingredients',
      say: ['Be complete: list everything the text mentions.', 'Copy each ingredient as it is written.'],
      heard: [[/everything|as it is written/i]],
      against: ['optional', 'staples', 'bare', 'singular'],
    },
    {
      id: 'precise',
      field: 'allergens',
      say: ['Name the exact ingredient that causes it.', 'Be specific about which ingredient it is.'],
      heard: [[/exact ingredient|specific/i]],
      against: ['groups', 'butter', 'sauce'],
    },
    {
      id: 'quick',
      field: 'minutes',
      say: ['Give only the active working time.', 'The shortest possible time is meant.'],
      heard: [[/active|shortest/i]],
      against: ['rest', 'range'],
    },
  ],
  example,
}

const pantry = [
  ['tomato', 'tomatoes'],
  ['onion', 'onions'],
  ['carrot', 'carrots'],
  ['potato', 'potatoes'],
  ['pepper', 'peppers'],
  ['leek', 'leeks'],
  ['mushroom', 'mushrooms'],
  ['lemon', 'lemons'],
  ['apple', 'apples'],
] as const

function example(random: Random, key: string): ArenaExample {
  const items = random
    .shuffle(pantry)
    .slice(0, 3)
    .map(([one, many]) => ({ one, many, count: 2 + random.int(7) }))
  const kind = drawCase(random, { bare: 0.36, singular: 0.24, optional: 0.2, staples: 0.2 })
  const allergy = drawCase(random, { groups: 0.34, butter: 0.24, nothing: 0.24, sauce: 0.18 })
  const time = drawCase(random, { plain: 0.2, rest: 0.3, range: 0.28, hours: 0.22 })
  const cooking = 15 + 5 * random.int(7)
  const extra = 10 + 5 * random.int(5)
  const hours = pick(random, [1.5, 2.5, 3.5])
  const grain = pick(random, ['wheat flour', 'barley flour', 'rye flour'])
  const has = {
    groups: `It is bound with ${grain}.`,
    butter: 'It is finished with butter.',
    nothing: 'It suits everybody.',
    sauce: 'It is seasoned with Worcester sauce.',
  }[allergy]
  const lasts = {
    plain: `It takes ${cooking} minutes.`,
    rest: `It cooks ${cooking} minutes and rests ${extra} minutes.`,
    range: `It takes ${cooking} to ${cooking + extra} minutes.`,
    hours: `It takes ${hours} hours.`,
  }[time]
  const more = {
    bare: '',
    singular: '',
    optional: ' Parsley, dill, chives and cress are optional.',
    staples: ' Add water, salt, sugar and ice.',
  }[kind]
  const needs = items.map(item => `${item.count} ${item.many}`).join(', ')
  return {
    key,
    inputs: { note: `${key}. You need ${needs}.${more} ${has} ${lasts}` },
    outputs: { ingredients: ingredientsOf(kind, items), allergens: allergensOf(allergy, grain), minutes: minutesOf() },
  }

  function minutesOf(): Wanted {
    const slip = 7
    if (time === 'rest') return { gold: cooking + extra, needs: [{ rule: 'rest', wrong: cooking }], slip }
    if (time === 'range') return { gold: cooking + extra, needs: [{ rule: 'range', wrong: cooking }], slip }
    if (time === 'hours') return { gold: hours * 60, needs: [{ rule: 'hours', wrong: hours * 100 }], slip }
    return { gold: cooking, needs: [], slip }
  }
}

interface Item {
  readonly one: string
  readonly many: string
  readonly count: number
}

function ingredientsOf(kind: 'bare' | 'singular' | 'optional' | 'staples', items: readonly Item[]): Wanted {
  const gold = items.map(item => item.one)
  const wrong = {
    bare: items.map(item => `${item.count} ${item.many}`),
    singular: items.map(item => item.many),
    optional: ['parsley', 'dill', 'chives', 'cress', ...gold],
    staples: ['water', 'salt', 'sugar', 'ice', ...gold],
  }[kind]
  return { gold, needs: [{ rule: kind, wrong }], slip: ['rice'] }
}

function allergensOf(kind: 'groups' | 'butter' | 'nothing' | 'sauce', grain: string): Wanted {
  const slip = ['egg']
  if (kind === 'groups') return { gold: ['gluten'], needs: [{ rule: 'groups', wrong: [grain] }], slip }
  if (kind === 'butter') return { gold: ['dairy'], needs: [{ rule: 'butter', wrong: ['butterfat'] }], slip }
  if (kind === 'sauce') return { gold: ['fish'], needs: [{ rule: 'sauce', wrong: ['seasoning'] }], slip }
  return { gold: ['none'], needs: [{ rule: 'nothing', wrong: [] }], slip }
}
