/** Every number of the arena, with its reason; frozen before our tuner was measured in it. */

export const constants = {
  /** Examples a contestant is given: what a careful person labels in a day. */
  shown: 100,
  /** Examples that only the true score sees: the sampling error of the mean is then below 0.02. */
  hidden: 400,
  /** Server-counted calls at which contestants are compared. */
  budgets: [50, 100, 200, 400, 800],
  /** The same with points between, for curves and for the calls that a share of the attainable takes. */
  curve: [50, 75, 100, 150, 200, 300, 400, 600, 800],

  task: {
    /** A rule that is stated is obeyed so often, in a prompt without excess: models slip even when told. */
    obedience: 0.97,
    /** A rule stated in the instructions without naming its field gains so much of what the field's own text gains. */
    instructionsEffect: 0.6,
    /** An output is wrong for no reason that words could mend. */
    slip: 0.02,
    /** Obedience lost per 100 words added to the signature: twelve sentences cost about 0.04, an essay 0.15. */
    dilutionPerHundredWords: 0.035,
    /** No prompt is so long that a stated rule counts less than this share. */
    leastDilution: 0.5,
    /** Half of what decides an answer lies in the example, so it comes again under another wording; the rest is luck. */
    hardness: 0.5,
    /** A harmful sentence leaves this share of obedience to the rules it stands against. */
    harm: 0.4,
    /** An example whose text the prompt quotes is answered right so often. */
    memorised: 0.95,
    /** Characters that a quotation must share with an example's input to count as that example. */
    quoted: 12,
  },

  /** How often a rule is kept though nobody stated it; set so that a bare signature scores 0.2 to 0.45 of attainable. */
  unprompted: { answers: 0.22, tickets: 0.22, invoices: 0.22, kitchen: 0.14 },

  reflectors: {
    weak: {
      /** Chance that one failing example leads it to the rule; n examples: 1 - (1 - insight) ** n. */
      insight: 0.12,
      /** Rules it states in one reply at most: small models mention one or two things. */
      most: 2,
      /** A rule comes out as "be careful with …", which teaches nothing. */
      vague: 0.25,
      /** A rule is written into the wrong field. */
      misplaced: 0.08,
      /** A rule is written into the instructions, naming its field. */
      inInstructions: 0.15,
      /** Chance of a sentence that changes nothing, that harms, or that repeats one example, in each reply. */
      neutral: 0.35,
      harmful: 0.2,
      memorised: 0.15,
      /** Renames a field or changes a type. */
      drift: 0.05,
      /** The reply is cut or is no JSON. */
      broken: 0.05,
    },
    strong: {
      insight: 0.35,
      most: 3,
      vague: 0.08,
      misplaced: 0.03,
      inInstructions: 0.15,
      neutral: 0.2,
      harmful: 0.08,
      memorised: 0.06,
      drift: 0.02,
      broken: 0.01,
    },
  },
  /** A rule that the request already words as a finding is taken over so often (a critic's summary). */
  takeOver: 0.9,

  /** Figures of the loops we compare with, chosen on the development seeds below. */
  contestants: {
    /** Failures shown in one reflection. */
    failures: 8,
    /** bestOfN: proposals drawn from the baseline's failures before each is scored. */
    proposals: 7,
    /**
     * AxGEPA did best at 400 and 800 calls on the development seeds with these, of minibatches of 3, 8 and 20 and 20 or
     * 40 examples to compare on. `axFields` gives it a component for each output besides; it then needs more calls.
     */
    ax: { components: 'instructions', minibatchSize: 8, validation: 20 },
    axFields: { components: 'fields', minibatchSize: 8, validation: 20 },
  },
  /** Seeds that settings were chosen on; results use seeds from 0 up. */
  developmentSeeds: [1000, 1001, 1002, 1003, 1004, 1005],
} as const

export type ReflectorName = keyof typeof constants.reflectors
export type Reflector = Readonly<Record<keyof typeof constants.reflectors.weak, number>>
export type WorldName = keyof typeof constants.unprompted
